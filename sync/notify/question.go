package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// Questions is what mails that ask for a decision are about.
type Questions interface {
	// QuestionOf returns what a mail is about and to whom, as it is now;
	// fault.NotFound when its person may not be asked any more.
	QuestionOf(ctx context.Context, mail notice.ID) (approval.Linked, error)
	// AskedBy returns what somebody on the staff asked of an account, as it is now;
	// fault.NotFound when they may not look into it any more.
	AskedBy(ctx context.Context, user string, account record.AccountID, ids []string) (approval.Asked, error)
	// StartLink keeps the hash of a token that opens one version to one person;
	// fault.Conflict when it can no longer be decided.
	StartLink(ctx context.Context, token [32]byte, account record.AccountID, id approval.ID, version int, user string) (approval.LinkID, error)
}

// What mails about decisions say, in English.
const (
	wordAsked         = "Please decide: %s"
	wordAskedLead     = "%s asks you to decide this for %s:"
	wordReminded      = "Not decided yet: %s"
	wordRemindedLead  = "This still waits for your decision for %s. %s asked:"
	wordDecideButton  = "Look and decide"
	wordDecideBy      = "Decide by %s."
	wordDecideVersion = "Version %d, fingerprint %s."
	wordDecideLink    = "The button opens this one question, for you alone, without a sign-in. Opening it decides nothing. Please do not pass it on: what is decided with it is recorded as yours."
	wordDecideSignIn  = "The button shows the question; to decide, you sign in."
	wordWhyAsked      = "You get this because you may decide this for %s."
	wordCalled        = "Written down: %s"
	wordCalledLead    = "%s has written down that you decided this by phone for %s:"
	wordCalledAnswer  = "%s, on %s."
	wordCalledNot     = "Not what you said? Answer in the portal or call us at once, and it is looked at again."
	wordCalledButton  = "Look at it"
)

// said are the decisions in words.
var said = map[approval.State]string{approval.Approved: "Approved", approval.Declined: "Declined", approval.Changes: "Changes asked"}

// isQuestion reports whether a mail is about a decision.
func isQuestion(s notice.Sort) bool {
	return s == notice.Question || s == notice.Reminder || s == notice.Recorded
}

// question writes a mail about a decision. One that was decided, revised or taken
// back meanwhile has nothing to say, and neither has one to somebody who may no
// longer decide.
func (w *Worker) question(ctx context.Context, m notice.Mail) (l letter, say bool, err error) {
	q, err := w.o.Questions.QuestionOf(ctx, m.ID)
	if fault.Is(err, fault.NotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	if m.Sort == notice.Recorded {
		return w.recorded(m, q), q.Approval.Decision != nil, nil
	}
	a := q.Approval
	if a.State != approval.Open || a.Version != q.Version {
		return l, false, nil
	}
	token := newToken()
	_, err = w.o.Questions.StartLink(ctx, sha256.Sum256([]byte(token)), a.Account, a.ID, a.Version, m.To.ID)
	if fault.Is(err, fault.Conflict) { // decided at this moment
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	l = letter{subject: fmt.Sprintf(wordAsked, short(oneLine(a.Title), longest)), sheet: sheet{Hello: hello(m.To.Name), Why: fmt.Sprintf(wordWhyAsked, q.Company)}}
	l.sheet.Lead = []string{fmt.Sprintf(wordAskedLead, a.Asker.Display(), q.Company), a.Title, a.Newest().Text}
	if m.Sort == notice.Reminder {
		l.subject, l.sheet.Lead[0] = fmt.Sprintf(wordReminded, short(oneLine(a.Title), longest)), fmt.Sprintf(wordRemindedLead, q.Company, a.Asker.Display())
	}
	l.sheet.Button = link{wordDecideButton, w.o.BaseURL + "/decide?t=" + token}
	if !a.Due.IsZero() {
		l.sheet.Notes = append(l.sheet.Notes, fmt.Sprintf(wordDecideBy, w.clock(m.To, a.Due)))
	}
	l.sheet.Notes = append(l.sheet.Notes, fmt.Sprintf(wordDecideVersion, a.Version, a.Newest().Fingerprint()))
	if a.SignIn {
		l.sheet.Notes = append(l.sheet.Notes, wordDecideSignIn)
	} else {
		l.sheet.Notes = append(l.sheet.Notes, wordDecideLink)
	}
	return l, true, nil
}

// recorded tells somebody that a decision of theirs was written down.
func (w *Worker) recorded(m notice.Mail, q approval.Linked) letter {
	a, d := q.Approval, q.Approval.Decision
	if d == nil || d.RecordedBy == nil {
		return letter{}
	}
	l := letter{subject: fmt.Sprintf(wordCalled, short(oneLine(a.Title), longest)), sheet: sheet{Hello: hello(m.To.Name), Why: fmt.Sprintf(wordWhyAsked, q.Company)}}
	l.sheet.Lead = []string{fmt.Sprintf(wordCalledLead, d.RecordedBy.Display(), q.Company), a.Title, fmt.Sprintf(wordCalledAnswer, said[d.State], w.clock(m.To, d.Said))}
	l.sheet.Button = link{wordCalledButton, w.o.BaseURL + "/a/" + a.Account.String() + "/approvals/" + a.ID.String()}
	l.sheet.Notes = []string{wordCalledNot}
	return l
}

// newToken returns 256 random bits for a link.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}
