package notify

import (
	"context"
	"errors"
	"log/slog"
	"net/mail"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"portico/sync/fault"
)

// Server says how mail leaves. With an empty Host it does not: mails are kept
// as files.
type Server struct {
	Host           string
	Port           int // 0 is 587, or 465 when TLS is "tls"
	User, Password string
	// TLS is "starttls" (also when empty), "tls", or "none" for a server on this machine.
	TLS string
	// From is the sender's address; FromName is what people read, the provider's
	// name when empty.
	From, FromName string
}

// Check says what makes the settings unusable, as a fault.Setup; it asks nobody.
func (s Server) Check() error {
	if s.Host == "" && s.From == "" {
		return nil
	}
	if from, err := mail.ParseAddress(s.From); err != nil || from.Address != s.From {
		return fault.Newf(fault.Setup, "The sender of mails (smtp.from) must be a plain mail address; %q is not.", s.From)
	}
	if s.Host == "" {
		return nil
	}
	switch s.TLS {
	case "", "starttls", "tls", "none":
	default:
		return fault.Newf(fault.Setup, "smtp.tls must be starttls, tls or none; %q is none of them.", s.TLS)
	}
	if _, err := s.client(time.Second); err != nil {
		return fault.New(fault.Setup, "The mail server settings (smtp) are not usable.").Because("set up mail", err)
	}
	return nil
}

// LogValue keeps the password out of logs.
func (s Server) LogValue() slog.Value { return slog.StringValue(s.String()) }

// String names the server without its password.
func (s Server) String() string {
	if s.Host == "" {
		return "no mail server"
	}
	return s.Host + ":" + strconv.Itoa(s.port())
}

// GoString is String, for the %#v of somebody who looks for a mistake.
func (s Server) GoString() string { return s.String() }

// sender is who mails are from.
func (s Server) sender(provider string) mail.Address {
	a := mail.Address{Name: oneLine(s.FromName), Address: s.From}
	if a.Name == "" {
		a.Name = oneLine(provider)
	}
	if a.Address == "" {
		a.Address = "portal@localhost"
	}
	return a
}

// port defaults as RFC 8314 says for submission.
func (s Server) port() int {
	switch {
	case s.Port != 0:
		return s.Port
	case s.TLS == "tls":
		return 465
	default:
		return 587
	}
}

func (s Server) client(timeout time.Duration) (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithTimeout(timeout), gomail.WithPort(s.port())}
	switch s.TLS {
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return gomail.NewClient(s.Host, options...)
}

// carry hands one mail over. It opens a connection for each: mails are rare, and
// a connection kept open is one more thing that has to be noticed when it breaks.
// The error says in plain words what went wrong; it is fault.Broken when this
// mail will never be taken, fault.Unknown when the server may have taken it, and
// fault.Unavailable when another attempt may help.
func (s Server) carry(ctx context.Context, timeout time.Duration, m *gomail.Msg) error {
	client, err := s.client(timeout)
	if err != nil {
		return away(fault.Wrap(fault.Setup, "set up mail", err))
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return s.unreached(err)
	}
	// What the server took is sent, however the goodbye goes.
	defer func() { _ = client.CloseWithSMTPClient(conn) }()
	err = client.SendWithSMTPClient(conn, m)
	if err == nil || m.IsDelivered() {
		return nil
	}
	var refused *gomail.SendError
	if !errors.As(err, &refused) {
		return away(fault.New(fault.Unavailable, "The mail server broke the connection off.").Because("send mail", err))
	}
	return s.refused(refused, m)
}
