package notify

import (
	"context"
	"net/mail"

	"portico/sync/fault"
)

// Check sends a test mail to an address through exactly these settings and waits
// for the answer. What is wrong is the error's public sentence: it is
// fault.Invalid for the address, fault.Setup for settings that cannot work, and
// fault.Unavailable or fault.Broken for what a server answered or did not. With
// an empty Host the mail is kept as a file.
func (m *Mailer) Check(ctx context.Context, s Server, to string) error {
	address, err := mail.ParseAddress(to)
	if err != nil || address.Address != to {
		return fault.New(fault.Invalid, "This is not one plain mail address.").Field("to", "This is not one plain mail address.")
	}
	if err := s.Check(); err != nil {
		return err
	}
	if s.Host != "" && m.o.Held(ctx) {
		return errHeld
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	l := letter{name: "test", to: mail.Address{Address: to}, subject: m.named("A test of the mail settings"),
		facts: facts{Provider: oneLine(m.o.Provider()), Server: s.String()}}
	return m.carry(ctx, s, l)
}
