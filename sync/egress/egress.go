// Package egress is the only way out: every connection that Portico opens on
// somebody's word (a help desk's address, a webhook's target) is dialled here.
//
// It promises that the address is judged after names are resolved and on every
// dial, so that no name, redirect or later change of DNS leads inside: public
// addresses only, or private ones at exactly the host and port that an
// administrator confirmed. Addresses of the network itself (link-local, cloud
// metadata, carrier NAT, NAT64, multicast, reserved) are refused whoever
// confirms them. Certificates are always verified. Proxies are not used, not
// even those of the environment: behind a proxy nobody could judge the address.
//
// A refusal is a fault.Setup whose sentence says what to do.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"portico/sync/fault"
)

// Options of a transport. The zero value reaches public web servers.
type Options struct {
	Policy Policy
	// CA is a PEM bundle that is trusted besides the system's, or "".
	CA string
	// Timeout bounds one whole exchange of Client, body included (60 s). A
	// Transport is bounded by the request's context instead.
	Timeout time.Duration
	// PerHost is how many connections to one host are kept for later (8); it should
	// be as many as are used at once, or the others are dialled anew each time.
	PerHost int
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
}

// Limits of one connection.
const (
	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 60 * time.Second
	idleTimeout   = 90 * time.Second
	maxHeader     = 1 << 20 // bytes
	idlePerHost   = 8
)

// Transport returns a guarded transport. It is safe for concurrent use; keep
// one per connection and call CloseIdleConnections when it is no longer wanted.
func Transport(o Options) (*http.Transport, error) {
	roots, err := roots(o.CA)
	if err != nil {
		return nil, err
	}
	if o.PerHost <= 0 {
		o.PerHost = idlePerHost
	}
	return &http.Transport{
		DialContext:            dial(o.Policy, o.Resolver),
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConns:           4 * o.PerHost,
		MaxIdleConnsPerHost:    o.PerHost,
		MaxResponseHeaderBytes: maxHeader,
		ForceAttemptHTTP2:      true,
	}, nil
}

// Client returns a client on a guarded transport that follows no redirects: the
// answer that redirects is the answer.
func Client(o Options) (*http.Client, error) {
	t, err := Transport(o)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = 60 * time.Second
	}
	return &http.Client{
		Transport:     t,
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// dial returns a dialler that judges each address just before it connects.
func dial(p Policy, resolver *net.Resolver) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, target string) (net.Conn, error) {
		d := net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: resolver, Control: p.Control(target)}
		return d.DialContext(ctx, network, target)
	}
}

// roots are the system's certificates and those of the bundle.
func roots(bundle string) (*x509.CertPool, error) {
	if bundle == "" {
		return nil, nil // the system's
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read the system's certificates", err)
	}
	if !pool.AppendCertsFromPEM([]byte(bundle)) {
		return nil, fault.New(fault.Setup, "The CA bundle holds no certificate. Paste it as PEM (-----BEGIN CERTIFICATE-----).")
	}
	return pool, nil
}
