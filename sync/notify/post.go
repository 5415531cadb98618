package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/mail"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notice"
)

// Letters owes people mails that answer what they just did. It is safe for
// concurrent use.
type Letters struct {
	// Owe keeps a letter until it is sent.
	Owe func(ctx context.Context, m notice.Mail) error
	// Seal hides what a letter says from whoever reads the database.
	Seal func(id notice.ID, text string) (string, error)
	// Ring says that a mail is due.
	Ring func()
	Log  *slog.Logger
	Now  func() time.Time
}

// owing is how long keeping one letter may take.
const owing = 10 * time.Second

// contents is what a letter says, sealed while it waits.
type contents struct {
	Link string    `json:"link,omitempty"`
	Code string    `json:"code,omitempty"`
	At   time.Time `json:"at,omitzero"`
	On   bool      `json:"on,omitempty"` // of a second step: set up, not taken away
}

// PasswordReset sends the link that sets a new password, while it is valid.
func (l Letters) PasswordReset(u access.User, link string, valid time.Duration) {
	l.owe(notice.Mail{To: u, Sort: notice.PasswordReset, Expires: l.Now().Add(valid)}, contents{Link: link})
}

// PasswordChanged tells somebody that their password is another one now.
func (l Letters) PasswordChanged(u access.User, at time.Time) {
	l.owe(notice.Mail{To: u, Sort: notice.PasswordChanged}, contents{At: at})
}

// SignIn sends the link and the code that sign somebody in, while they are valid.
func (l Letters) SignIn(u access.User, link, code string, valid time.Duration) {
	l.owe(notice.Mail{To: u, Sort: notice.SignIn, Expires: l.Now().Add(valid)}, contents{Link: link, Code: code})
}

// SecondStep tells somebody that their second step was set up, or taken away.
func (l Letters) SecondStep(u access.User, on bool, at time.Time) {
	l.owe(notice.Mail{To: u, Sort: notice.SecondStep}, contents{On: on, At: at})
}

func (l Letters) owe(m notice.Mail, c contents) {
	ctx, cancel := context.WithTimeout(context.Background(), owing)
	defer cancel()
	m.ID = notice.NewID()
	text, err := json.Marshal(c)
	if err == nil {
		m.Sealed, err = l.Seal(m.ID, string(text))
	}
	if err == nil {
		err = l.Owe(ctx, m)
	}
	if err != nil {
		l.Log.Error("a letter is not owed, so it will not be sent", slog.String("user", m.To.ID), slog.String("mail", string(m.Sort)), slog.String("error", err.Error()))
		return
	}
	l.Ring()
}

// letterOf writes what a letter said when it was owed.
func (w *Worker) letterOf(ctx context.Context, m notice.Mail) (letter, error) {
	text, err := w.o.Open(m.ID, m.Sealed)
	if err != nil {
		return letter{}, fault.At("open a letter", err)
	}
	var c contents
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return letter{}, fault.Wrap(fault.Broken, "read a letter", err)
	}
	provider := w.o.Mailer.look(ctx).Provider
	l := letter{sheet: sheet{Hello: hello(m.To.Name)}}
	switch m.Sort {
	case notice.PasswordReset:
		l.subject, l.sheet.Button = wordResetSubject, link{wordResetButton, c.Link}
		l.sheet.Lead = []string{fmt.Sprintf(wordResetLead, provider)}
		l.sheet.Notes = []string{fmt.Sprintf(wordResetUntil, w.clock(m.To, m.Expires)), fmt.Sprintf(wordResetCopy, c.Link), wordResetNot}
	case notice.SignIn:
		l.subject, l.sheet.Button = wordSignInSubject, link{wordSignInButton, c.Link}
		l.sheet.Lead = []string{fmt.Sprintf(wordSignInLead, provider), fmt.Sprintf(wordSignInCode, c.Code)}
		l.sheet.Notes = []string{fmt.Sprintf(wordResetUntil, w.clock(m.To, m.Expires)), fmt.Sprintf(wordResetCopy, c.Link), fmt.Sprintf(wordSignInNot, provider)}
	case notice.SecondStep:
		subject, lead := wordStepOffSubject, wordStepOffLead
		if c.On {
			subject, lead = wordStepOnSubject, wordStepOnLead
		}
		l.subject = subject
		l.sheet.Lead = []string{fmt.Sprintf(lead, provider, w.clock(m.To, c.At)), wordStepNot}
	default:
		l.subject = wordChangedSubject
		l.sheet.Lead = []string{fmt.Sprintf(wordChangedLead, provider, w.clock(m.To, c.At)), wordChangedNot}
	}
	return l, nil
}

// clock writes a moment as its reader's clock shows it.
func (w *Worker) clock(u access.User, t time.Time) string {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil || u.Zone == "" {
		zone = w.o.Zone
	}
	return t.In(zone).Format("2 January 2006, 15:04 MST")
}

// addressed completes a letter by whose it is.
func addressed(l letter, m notice.Mail) (letter, error) {
	to, err := plainAddress(m.To.Email)
	if err != nil {
		return l, err
	}
	l.to = mail.Address{Name: oneLine(m.To.Name), Address: to.Address}
	l.id, l.name, l.user = string(m.ID), string(m.Sort), m.To.ID
	return l, nil
}
