package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"

	gomail "github.com/wneessen/go-mail"

	"portico/sync/fault"
)

// unreached says in plain words why a server could not be spoken to. Another
// attempt may help: servers come back, and settings are corrected.
func (s Server) unreached(err error) error {
	return away(fault.New(fault.Unavailable, s.whyUnreached(err)).Because("reach the mail server", err))
}

func (s Server) whyUnreached(err error) string {
	var (
		name   *net.DNSError
		answer *textproto.Error
	)
	switch {
	case errors.As(err, &name):
		return "The name " + s.Host + " does not resolve. Check it for a typing mistake, and whether this machine can look up names."
	case errors.Is(err, syscall.ECONNREFUSED):
		return s.String() + " refuses the connection: nothing listens there. Usual ports are 587 (starttls) and 465 (tls)."
	case errors.As(err, &answer):
		return s.whyTurnedAway(answer)
	}
	if sentence := s.whyNoTLS(err); sentence != "" {
		return sentence
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return s.String() + " did not answer in time. A firewall may be in the way; with port 465 the mode has to be tls."
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return s.String() + " hung up at once. With port 465 the mode has to be tls; otherwise the server may not want this machine."
	case noSignIn(err):
		return s.String() + " offers no way to sign in that is safe here, but a user is set. Use starttls or tls, or leave user and password out."
	default:
		return s.String() + " could not be used as a mail server."
	}
}

// whyTurnedAway reads an answer before any mail: codes of RFC 4954 are about
// signing in.
func (s Server) whyTurnedAway(answer *textproto.Error) string {
	said := fmt.Sprintf(" It said: %d %s", answer.Code, excerpt(answer.Msg))
	switch answer.Code {
	case 432, 454, 500, 501, 502, 504, 530, 534, 535, 538:
		return s.String() + " does not accept user and password." + said
	default:
		return s.String() + " turns this machine away." + said
	}
}

func (s Server) whyNoTLS(err error) string {
	var (
		unknown  x509.UnknownAuthorityError
		other    x509.HostnameError
		invalid  x509.CertificateInvalidError
		header   tls.RecordHeaderError
		verified *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unknown):
		return "The certificate of " + s.Host + " is not from an authority that this machine trusts."
	case errors.As(err, &other):
		return "The certificate of " + s.Host + " is for another name. Use the name that the certificate has."
	case errors.As(err, &invalid), errors.As(err, &verified):
		return "The certificate of " + s.Host + " is not valid (it may have expired)."
	case errors.As(err, &header):
		return s.String() + " does not begin with TLS. Use starttls (usually port 587) instead of tls."
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return s.String() + " offers no STARTTLS, so that everybody on the way could read along. Use tls (usually port 465) if it has that."
	default:
		return ""
	}
}

func isTimeout(err error) bool {
	var wait net.Error
	return errors.As(err, &wait) && wait.Timeout()
}

// noSignIn knows what the library says when no mechanism fits; it has no error
// values for some of it.
func noSignIn(err error) bool {
	for _, known := range []error{gomail.ErrNoSupportedAuthDiscovered, gomail.ErrPlainAuthNotSupported, gomail.ErrLoginAuthNotSupported} {
		if errors.Is(err, known) {
			return true
		}
	}
	return strings.Contains(err.Error(), "does not support SMTP AUTH") || strings.Contains(err.Error(), "unencrypted connection")
}

// refused says why the server did not take a mail. Only an answer of 5xx to the
// recipient or to the mail itself is final; what the sender is refused for can
// be corrected in the settings.
func (s Server) refused(err *gomail.SendError, m *gomail.Msg) error {
	said := ""
	if err.ErrorCode() != 0 {
		said = " It said: " + excerpt(without(err.Error(), m))
	}
	kind := fault.Unavailable
	if err.ErrorCode() >= 500 && err.ErrorCode() != 530 {
		kind = fault.Broken
	}
	cause := errors.New(without(err.Error(), m))
	switch err.Reason {
	case gomail.ErrSMTPMailFrom:
		return away(fault.New(fault.Unavailable, s.String()+" does not let "+s.From+" send."+said).Because("send mail", cause))
	case gomail.ErrSMTPRcptTo:
		return fault.New(kind, "The mail server takes nothing for this recipient."+said).Because("send mail", cause)
	case gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		if err.ErrorCode() == 0 {
			return fault.New(fault.Unknown, "The mail server broke the connection off after the mail was written; it may have taken it.").Because("send mail", cause)
		}
		return fault.New(kind, "The mail server did not take the mail."+said).Because("send mail", cause)
	case gomail.ErrSMTPData:
		return fault.New(kind, "The mail server did not take the mail."+said).Because("send mail", cause)
	default:
		return away(fault.New(fault.Unavailable, "The mail server broke the connection off."+said).Because("send mail", cause))
	}
}

// without takes recipients' addresses out of a server's words, because those go
// to the log. Servers repeat them.
func without(text string, m *gomail.Msg) string {
	text, _, _ = strings.Cut(text, ", affected recipient(s):")
	text, _, _ = strings.Cut(text, ", affected message ID:")
	for _, to := range m.GetTo() {
		text = strings.ReplaceAll(text, to.Address, "(the recipient)")
	}
	return text
}

// excerpt is the beginning of a server's words in one line.
func excerpt(text string) string {
	const most = 200
	line := []rune(oneLine(text))
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}
