package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/notice"
)

// What mails to who asked for a decision say, in English.
const (
	wordAnswers       = "%d answers: %s"
	wordAnswersLead   = "This became of what you asked %s."
	wordAnswersOpen   = "Open it"
	wordAnswersAll    = "Open all approvals"
	wordAnswersWhy    = "You get this because you asked %s to decide this."
	wordAnswered      = "%s, by %s on %s."
	wordAnsweredPhone = "%s, by %s on the phone, written down by %s on %s."
	wordLate          = "Not decided in time: %s"
	wordLateStatus    = "Waiting"
	wordLateNews      = "Nobody had decided when its date passed, %s. It can still be decided by who signs in; the links in mails no longer decide it. You can set a later date with a new version, or take it back."
)

// answer is what is said of one approval.
type answer struct {
	item
	subject string
}

// answers writes what became of what somebody on the staff asked, as it is now;
// false when there is nothing to say, they may not look into the account any more
// or want to hear nothing.
func (w *Worker) answers(ctx context.Context, m notice.Mail) (letter, bool, error) {
	ids := make([]string, 0, len(m.Topics))
	late, decided := map[string]bool{}, map[string]bool{}
	for _, t := range m.Topics {
		ids = append(ids, t.Entry)
		late[t.Entry] = late[t.Entry] || t.About == notice.OfLateness
		decided[t.Entry] = decided[t.Entry] || t.About == notice.OfDecision
	}
	asked, err := w.o.Questions.AskedBy(ctx, m.To.ID, m.Account, ids)
	if fault.Is(err, fault.NotFound) {
		return letter{}, false, nil
	}
	if err != nil {
		return letter{}, false, fault.At("read what was asked", err)
	}
	choice, err := w.o.People.MailChoiceOf(ctx, m.To.ID, m.Account)
	if err != nil || choice == notice.Nothing {
		return letter{}, false, fault.At("look up the choice of mails", err)
	}
	var list []answer
	for _, a := range asked.List {
		switch id := a.ID.String(); {
		case decided[id] && a.Decision != nil:
			list = append(list, w.decided(m, a))
		case late[id] && a.Overdue(w.o.Now()):
			list = append(list, w.late(m, a))
		}
	}
	if len(list) == 0 {
		return letter{}, false, nil
	}
	return w.answered(m, oneLine(asked.Company), list), true, nil
}

func (w *Worker) titledQuestion(m notice.Mail, a approval.Approval) item {
	return item{Title: oneLine(a.Title) + " (" + a.Ref + ")", URL: w.inAccount(m, "approvals/"+a.ID.String())}
}

func (w *Worker) inAccount(m notice.Mail, path string) string {
	return w.o.BaseURL + "/a/" + m.Account.String() + "/" + path
}

func (w *Worker) decided(m notice.Mail, a approval.Approval) answer {
	d := a.Decision
	out := answer{w.titledQuestion(m, a), said[d.State] + ": " + oneLine(a.Title)}
	when := func(t time.Time) string { return w.clock(m.To, t) }
	what := fmt.Sprintf(wordAnswered, said[d.State], oneLine(d.By.Display()), when(d.At))
	if d.RecordedBy != nil {
		what = fmt.Sprintf(wordAnsweredPhone, said[d.State], oneLine(d.By.Display()), oneLine(d.RecordedBy.Display()), when(d.At))
	}
	out.Status, out.News = said[d.State], []piece{{what, short(oneLine(d.Reason), mostQuoted)}}
	return out
}

func (w *Worker) late(m notice.Mail, a approval.Approval) answer {
	out := answer{w.titledQuestion(m, a), fmt.Sprintf(wordLate, oneLine(a.Title))}
	out.Status, out.News = wordLateStatus, []piece{{fmt.Sprintf(wordLateNews, w.clock(m.To, a.Due)), ""}}
	return out
}

// answered is the mail itself.
func (w *Worker) answered(m notice.Mail, company string, list []answer) letter {
	token := w.o.BaseURL + "/unsubscribe/" + notice.Token(w.o.Key, m.To.ID, m.Account)
	l := letter{subject: list[0].subject, unsubscribe: token, list: m.Account.String()}
	l.sheet = sheet{Hello: hello(m.To.Name), Lead: []string{fmt.Sprintf(wordAnswersLead, company)}, Button: link{wordAnswersOpen, list[0].URL},
		Why: fmt.Sprintf(wordAnswersWhy, company), Links: []link{{wordChange, w.inAccount(m, "notifications")}, {wordStop, token}}}
	if len(list) > 1 {
		var titles []string
		for _, one := range list[:min(3, len(list))] {
			titles = append(titles, short(one.subject, longest/3))
		}
		l.subject, l.sheet.Button = fmt.Sprintf(wordAnswers, len(list), strings.Join(titles, ", ")), link{wordAnswersAll, w.inAccount(m, "approvals")}
	}
	for _, one := range list[:min(mostItems, len(list))] {
		l.sheet.Items = append(l.sheet.Items, one.item)
	}
	if m.More > 0 || len(list) > mostItems {
		l.sheet.Notes = []string{wordAndMore}
	}
	return l
}
