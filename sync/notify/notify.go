// Package notify writes mail to people and sends it. It promises that nobody
// waits for a mail server, that what is owed is sent although a server is away
// for days, that a mail says only what is true and may be seen by its reader when
// it is sent, that what a person or a source wrote can neither add a header nor a
// recipient nor markup, and that a mail which was given up says why. Without a
// mail server, mails are kept as files for an administrator to read. It hides
// SMTP, MIME and the texts.
//
// What is owed is in the store. A mail that a server took just before the
// program died is sent again, with the same Message-ID.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"portico/sync/fault"
)

// Options configure a Mailer. Server and Dir are needed.
type Options struct {
	// Server returns the settings. It is asked for every mail, so that corrected
	// settings hold at once.
	Server func(ctx context.Context) (Server, error)
	// Look says who people read that mails are from. It is asked for every mail, too;
	// nil is nobody in plain colours.
	Look func(ctx context.Context) Look
	// Dir is the folder for mails while there is no server.
	Dir string
	// Timeout bounds one attempt; 20 seconds when zero.
	Timeout time.Duration
	// Held reports whether nothing may leave now. Nil is never.
	Held func(ctx context.Context) bool
	Log  *slog.Logger
	Now  func() time.Time
}

// Look is the provider's name and colours.
type Look struct {
	Provider string
	Colours  Colours // when zero, plain ones
}

// Colours are those of the provider as #rrggbb: what stands out, and what is
// read on that; on light and on dark.
type Colours struct{ Light, LightInk, Dark, DarkInk string }

// Mailer hands mails to a server or a folder. It is safe for concurrent use.
type Mailer struct{ o Options }

// New checks the options. The error is fault.Setup and says what to correct.
func New(o Options) (*Mailer, error) {
	if o.Dir == "" {
		return nil, fault.Wrap(fault.Setup, "set up mail", errors.New("no folder to keep mails in"))
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Held == nil {
		o.Held = func(context.Context) bool { return false }
	}
	return &Mailer{o}, nil
}

// look is the provider's, with its name in one line.
func (m *Mailer) look(ctx context.Context) Look {
	var l Look
	if m.o.Look != nil {
		l = m.o.Look(ctx)
	}
	if l.Colours == (Colours{}) {
		l.Colours = Colours{Light: "#0d5a63", LightInk: "#ffffff", Dark: "#7cc9d1", DarkInk: "#07282c"}
	}
	l.Provider = oneLine(l.Provider)
	return l
}

// try sends a letter by the settings of this moment. What is kept as a file does
// not leave, so that a hold is nothing to it.
func (m *Mailer) try(ctx context.Context, l letter) error {
	s, err := m.o.Server(ctx)
	if err != nil {
		return away(fault.At("read the mail settings", err))
	}
	if err := s.Check(); err != nil {
		return away(err)
	}
	if s.Host != "" && m.o.Held(ctx) {
		return away(errHeld)
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	return m.carry(ctx, s, l)
}

// carry writes a mail and takes it away.
func (m *Mailer) carry(ctx context.Context, s Server, l letter) error {
	look := m.look(ctx)
	msg, err := l.write(s.sender(look.Provider), look, m.o.Now())
	if err != nil {
		return err
	}
	if s.Host != "" {
		return s.carry(ctx, m.o.Timeout, msg)
	}
	return m.keep(l, msg)
}

// oneLine makes a name one line without anything invisible in it.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)), " ")
}

// errHeld is nothing that trying again soon would help against.
var errHeld = fault.New(fault.Setup, "Nothing is sent while this copy is held. `portico release` lifts it.").
	Because("send mail", errors.New("nothing may leave while this copy is held"))

// absent marks a failure that would meet every other mail, too.
type absent struct{ error }

// Unwrap gives errors.As the cause.
func (a absent) Unwrap() error { return a.error }

func away(err error) error { return absent{err} }

// isAway reports whether it makes no sense to try the next mail now.
func isAway(err error) bool {
	var a absent
	return errors.As(err, &a)
}
