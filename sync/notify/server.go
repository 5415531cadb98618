package notify

import (
	"context"
	"errors"

	gomail "github.com/wneessen/go-mail"

	"portico/sync/fault"
)

// server carries mail by SMTP.
type server struct {
	o       Options
	options []gomail.Option
}

func newServer(o Options) (*server, error) {
	options := []gomail.Option{gomail.WithTimeout(o.Timeout)}
	switch o.TLS {
	case "", "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fault.Newf(fault.Setup, "smtp.tls must be starttls, tls or none; %q is none of them.", o.TLS)
	}
	if o.Port != 0 {
		options = append(options, gomail.WithPort(o.Port))
	}
	if o.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.User), gomail.WithPassword(o.Password))
	}
	s := &server{o: o, options: options}
	if _, err := gomail.NewClient(o.Host, options...); err != nil {
		return nil, fault.New(fault.Setup, "The mail server settings (smtp) are not usable.").Because("set up mail", err)
	}
	return s, nil
}

// carry opens a connection for each mail: mails are rare, and a connection kept
// open is one more thing that has to be noticed when it breaks.
func (s *server) carry(ctx context.Context, l letter) error {
	m, err := l.write(s.o)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.o.Host, s.options...)
	if err != nil {
		return fault.Wrap(fault.Setup, "set up mail", err)
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		var refused *gomail.SendError
		if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
			return fault.Wrap(fault.Broken, "send mail", err)
		}
		return fault.Wrap(fault.Unavailable, "send mail", err)
	}
	return nil
}
