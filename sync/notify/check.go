package notify

import (
	"context"
	"fmt"
	"net/mail"

	"portico/sync/fault"
	"portico/sync/notice"
)

// Check sends a test mail to an address through exactly these settings and waits
// for the answer. What is wrong is the error's public sentence: it is
// fault.Invalid for the address, fault.Setup for settings that cannot work, and
// fault.Unavailable or fault.Broken for what a server answered or did not. With
// an empty Host the mail is kept as a file.
func (m *Mailer) Check(ctx context.Context, s Server, to string) error {
	address, err := plainAddress(to)
	if err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	if s.Host != "" && m.o.Held(ctx) {
		return errHeld
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	return m.carry(ctx, s, letter{name: "test", id: string(notice.NewID()), to: address, subject: wordTestSubject,
		sheet: sheet{Hello: wordHelloNobody, Lead: []string{fmt.Sprintf(wordTestLead, m.look(ctx).Provider, s)}}})
}

// plainAddress reads one address and nothing else.
func plainAddress(text string) (mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text {
		return mail.Address{}, fault.New(fault.Invalid, "This is not one plain mail address.").Field("to", "This is not one plain mail address.")
	}
	return mail.Address{Address: text}, nil
}
