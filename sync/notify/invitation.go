package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notice"
)

// Guests is what mails that invite are about.
type Guests interface {
	// InvitationOf returns what a mail invites to, as it is now; fault.NotFound when
	// there is no such invitation any more.
	InvitationOf(ctx context.Context, mail notice.ID) (access.Invitation, error)
	// StartInvitationLink keeps the hash of the token that a mail is about to carry.
	StartInvitationLink(ctx context.Context, token [32]byte, id access.InvitationID) error
}

// What mails that invite say, in English.
const (
	wordInvited       = "%s invites you to the portal of %s"
	wordInvitedLead   = "%s invites you to the client portal of %s, for %s. There you see what is going on, what is needed from you, and answer it."
	wordInvitedStaff  = "%s invites you to work in the client portal of %s."
	wordInvitedButton = "Look at the invitation"
	wordInvitedUntil  = "It is open until %s. Opening it changes nothing."
	wordInvitedOwn    = "It is for you alone: before anybody comes in, we mail a code to this address. Passing this mail on lets nobody else in."
	wordInvitedWhy    = "You get this because %s gave us your address. If you do not know why, do nothing: nothing happens."
	wordCode          = "%s is your code"
	wordCodeLead      = "Somebody opened your invitation to the portal of %s, most likely you. This code proves that this mailbox is yours:"
	wordCodeUntil     = "It works until %s, once. A newer one ends it."
	wordCodeNot       = "If it was not you, do nothing and tell nobody the code: without it nobody comes in."
)

// isInvitation reports whether a mail goes to somebody who was invited.
func isInvitation(s notice.Sort) bool { return s == notice.Invitation || s == notice.InvitationCode }

// invitation writes a mail to somebody who was invited, who takes the place of the
// user in whose name it is owed. There is nothing to say when the invitation is
// over, or its account is not open to clients.
func (w *Worker) invitation(ctx context.Context, m *notice.Mail) (l letter, say bool, err error) {
	i, err := w.o.Guests.InvitationOf(ctx, m.ID)
	if fault.Is(err, fault.NotFound) {
		return l, false, nil
	}
	if err != nil || !i.State.Open() || i.State == access.InvitationPrepared {
		return l, false, err
	}
	by := m.To
	m.To = access.User{ID: by.ID, Name: i.Name, Email: i.Email, Zone: by.Zone}
	l.sheet.Hello = hello(i.Name)
	provider := w.o.Mailer.look(ctx).Provider
	if m.Sort == notice.InvitationCode {
		return w.code(l, *m, provider)
	}
	token := newToken()
	if err := w.o.Guests.StartInvitationLink(ctx, sha256.Sum256([]byte(token)), i.ID); err != nil {
		return l, false, err
	}
	from := short(oneLine(i.By), longest)
	l.subject = fmt.Sprintf(wordInvited, from, provider)
	l.sheet.Lead = []string{fmt.Sprintf(wordInvitedLead, from, provider, i.Account.Name)}
	if i.Staff() {
		l.sheet.Lead = []string{fmt.Sprintf(wordInvitedStaff, from, provider)}
	}
	l.sheet.Button = link{wordInvitedButton, w.o.BaseURL + "/invitation?t=" + token}
	l.sheet.Notes = []string{fmt.Sprintf(wordInvitedUntil, w.clock(m.To, i.Expires)), wordInvitedOwn}
	l.sheet.Why = fmt.Sprintf(wordInvitedWhy, from)
	return l, true, nil
}

// code writes the mail that brings a code, as it was sealed.
func (w *Worker) code(l letter, m notice.Mail, provider string) (letter, bool, error) {
	text, err := w.o.Open(m.ID, m.Sealed)
	if err != nil {
		return l, false, fault.At("open a code", err)
	}
	var c contents
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return l, false, fault.Wrap(fault.Broken, "read a code", err)
	}
	l.subject = fmt.Sprintf(wordCode, c.Code)
	l.sheet.Lead = []string{fmt.Sprintf(wordCodeLead, provider), c.Code}
	l.sheet.Notes = []string{fmt.Sprintf(wordCodeUntil, w.clock(m.To, m.Expires)), wordCodeNot}
	return l, true, nil
}

// Code is the mail that brings a code, sealed and ready to be owed.
func (l Letters) Code(code string, valid time.Duration) (notice.Mail, error) {
	m := notice.Mail{ID: notice.NewID(), Sort: notice.InvitationCode, Expires: l.Now().Add(valid)}
	text, err := json.Marshal(contents{Code: code})
	if err != nil {
		return m, fault.Wrap(fault.Internal, "write a code", err)
	}
	m.Sealed, err = l.Seal(m.ID, string(text))
	return m, fault.At("seal a code", err)
}
