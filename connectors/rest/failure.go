package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"

	"portico/sync/fault"
)

// failed explains a request that got no answer. For a write whose headers had
// left, nobody knows; before that it certainly did not arrive.
func (c *Client) failed(r Request, sent bool, err error) error {
	if known := (*fault.Error)(nil); errors.As(err, &known) && !sent {
		return fault.At("request "+r.Path, known) // the guard's or the credential's own words
	}
	kind, say := transport(err)
	if sent && r.writes() {
		kind, say = fault.Unknown, "The system did not answer; we look whether it took effect."
	}
	return fault.New(kind, say).Because("request "+r.Path, err)
}

// cut explains an answer that broke off. A write did arrive then.
func (c *Client) cut(r Request, err error) error {
	switch {
	case r.writes():
		return fault.New(fault.Unknown, "The answer of the system broke off; we look whether it took effect.").Because("read answer of "+r.Path, err)
	case fault.Is(err, fault.TooLarge):
		return err
	default:
		return fault.New(fault.Unavailable, "The answer of the system broke off; we try again.").Because("read answer of "+r.Path, err)
	}
}

// transport puts a failure below HTTP in words that say what to do.
func transport(err error) (fault.Kind, string) {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		timeout   net.Error
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fault.Setup, "There is no computer with the name " + dns.Name + "; check the address."
	case errors.As(err, &dns):
		return fault.Unavailable, "The name of the system could not be looked up; we try again."
	case errors.As(err, &authority):
		return fault.Setup, "The system has a self-signed certificate, or one of a private authority: add its CA to the connection."
	case errors.As(err, &host):
		return fault.Setup, "The certificate of the system is for another name: use the address that it was made for."
	case errors.As(err, &invalid):
		return fault.Setup, "The certificate of the system is not valid (" + invalid.Error() + "): renew it."
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch): // net/http puts the second in the place of the first
		return fault.Setup, "The system does not speak TLS at this address; does it begin with http:// instead of https://?"
	case errors.Is(err, syscall.ECONNREFUSED):
		return fault.Unavailable, "The system refuses the connection: is it running, and are host and port right?"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fault.Unavailable, "There is no way to the system from here; check the network."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fault.Unavailable, "The system did not answer in time; we try again."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return fault.Unavailable, "The system closed the connection before it answered; we try again."
	default:
		return fault.Unavailable, "The system cannot be reached; we try again."
	}
}

// Answered reports whether the system itself said no, by a status, as opposed
// to a request that never got through.
func Answered(err error) bool {
	var status statusError
	return errors.As(err, &status)
}
