// Package notify writes mail to people. It promises that a caller never waits
// for a mail server, that what a person or a source wrote can neither add a
// header nor a recipient, that a server that is away for a moment loses
// nothing, and that every mail that could not be sent is in the log. Without a
// mail server, mails are kept as files for an administrator to read. It hides
// SMTP, MIME, the queue and the texts.
//
// The queue is in memory: a mail that the program has not sent when it stops is
// gone, which the log then says. Mails here are answers to what somebody just
// did, and can be asked for again.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"portico/sync/access"
	"portico/sync/fault"
)

// Options configure a Mailer. Server and Dir are needed.
type Options struct {
	// Server returns the settings. It is asked for every mail, so that corrected
	// settings hold at once.
	Server func(ctx context.Context) (Server, error)
	// Provider returns who people read that mails are from, now; nil names nobody.
	Provider func() string
	// Dir is the folder for mails while there is no server.
	Dir string
	// Timeout bounds one attempt; 20 seconds when zero.
	Timeout time.Duration
	// Retries are the pauses after failed attempts; a second, 10 s, 1 min and
	// 5 min when nil.
	Retries []time.Duration
	// Held reports whether nothing may leave now; a mail to a server is dropped
	// then, because what it answers is soon too old. Nil is never.
	Held func(ctx context.Context) bool
	Log  *slog.Logger
	Now  func() time.Time
}

// queued is how many mails may wait. Past it new ones are dropped, and logged:
// a server that is down must not fill the memory.
const queued = 256

// Mailer writes and sends mail. It is safe for concurrent use; Run does the
// sending.
type Mailer struct {
	o       Options
	queue   chan letter
	waiting atomic.Int64
}

// New checks the options. The error is fault.Setup and says what to correct.
func New(o Options) (*Mailer, error) {
	if o.Dir == "" {
		return nil, fault.Wrap(fault.Setup, "set up mail", errFolder)
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Retries == nil {
		o.Retries = []time.Duration{time.Second, 10 * time.Second, time.Minute, 5 * time.Minute}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Provider == nil {
		o.Provider = func() string { return "" }
	}
	if o.Held == nil {
		o.Held = func(context.Context) bool { return false }
	}
	return &Mailer{o: o, queue: make(chan letter, queued)}, nil
}

// PasswordReset sends the link that sets a new password.
func (m *Mailer) PasswordReset(u access.User, link string, valid time.Duration) {
	m.post(u, "reset", "Set a new password", facts{Link: link, Minutes: int(valid.Minutes())})
}

// PasswordChanged tells somebody that their password is another one now.
func (m *Mailer) PasswordChanged(u access.User, at time.Time) {
	m.post(u, "changed", "Your password was changed", facts{At: at.UTC().Format("2 January 2006, 15:04 MST")})
}

// post queues a mail and returns at once.
func (m *Mailer) post(u access.User, name, subject string, f facts) {
	to, err := mail.ParseAddress(u.Email)
	if err != nil || to.Address != u.Email {
		m.o.Log.Error("mail not sent: this is not one mail address", slog.String("user", u.ID), slog.String("mail", name))
		return
	}
	f.Name, f.Provider = oneLine(u.Name), oneLine(m.o.Provider())
	l := letter{name: name, user: u.ID, to: mail.Address{Name: oneLine(u.Name), Address: to.Address}, subject: m.named(subject), facts: f}
	m.offer(l)
}

// named ends a subject with who it is from.
func (m *Mailer) named(subject string) string {
	if provider := oneLine(m.o.Provider()); provider != "" {
		return subject + " · " + provider
	}
	return subject
}

func (m *Mailer) offer(l letter) {
	select {
	case m.queue <- l:
		m.waiting.Add(1)
	default:
		m.o.Log.Error("mail not sent: too many wait already", slog.String("user", l.user), slog.String("mail", l.name))
	}
}

// Waiting is how many mails are not sent yet.
func (m *Mailer) Waiting() int { return int(m.waiting.Load()) }

// carriers is how many mails are sent at once.
const carriers = 2

// Run sends until ctx ends, then says what was left over. It may be called once.
func (m *Mailer) Run(ctx context.Context) error {
	if s, err := m.o.Server(ctx); err == nil && s.Host == "" {
		m.o.Log.Warn("no mail server is configured (smtp.host): mails are kept as files and reach nobody", slog.String("folder", m.o.Dir))
	}
	var wg sync.WaitGroup
	for range carriers {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case l := <-m.queue:
					m.send(ctx, l)
				}
			}
		})
	}
	wg.Wait()
	if left := m.waiting.Load(); left > 0 {
		m.o.Log.Error("mails not sent: the program stops", slog.Int64("mails", left))
	}
	return nil
}

// send makes one attempt and books the next one when it failed.
func (m *Mailer) send(ctx context.Context, l letter) {
	attempt, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	err := m.try(attempt, l)
	about := []any{slog.String("user", l.user), slog.String("mail", l.name), slog.Int("attempt", l.attempt+1)}
	switch {
	case err == nil:
		m.waiting.Add(-1)
		m.o.Log.Info("mail sent", about...)
	case ctx.Err() != nil:
		// The program stops; Run counts what was left.
	case !fault.Retryable(err) || l.attempt >= len(m.o.Retries):
		m.waiting.Add(-1)
		m.o.Log.Error("mail not sent", append(about, slog.String("error", err.Error()))...)
	default:
		m.o.Log.Warn("mail not sent yet", append(about, slog.String("error", err.Error()))...)
		pause := m.o.Retries[l.attempt]
		l.attempt++
		time.AfterFunc(pause, func() {
			m.waiting.Add(-1)
			m.offer(l)
		})
	}
}

// try sends a mail by the settings of this moment. What is kept as a file does
// not leave, so that a hold is nothing to it.
func (m *Mailer) try(ctx context.Context, l letter) error {
	s, err := m.o.Server(ctx)
	if err != nil {
		return fault.At("read the mail settings", err)
	}
	if err := s.Check(); err != nil {
		return err
	}
	if s.Host != "" && m.o.Held(ctx) {
		return errHeld
	}
	return m.carry(ctx, s, l)
}

// carry writes a mail and takes it away.
func (m *Mailer) carry(ctx context.Context, s Server, l letter) error {
	msg, err := l.write(s.sender(m.o.Provider()), m.o.Now())
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

// errHeld is no fault that trying again would help against.
var errHeld = fault.New(fault.Setup, "Nothing is sent while this copy is held. `portico release` lifts it.").
	Because("send mail", errors.New("nothing may leave while this copy is held"))

var errFolder = errors.New("no folder to keep mails in")
