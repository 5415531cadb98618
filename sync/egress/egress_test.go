package egress_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"portico/sync/egress"
	"portico/sync/fault"
)

// loopback is a resolver for which every name is 127.0.0.1.
func loopback() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answer(ours)
		return theirs, nil
	}}
}

// answer speaks DNS over a stream (RFC 1035 4.2.2: two bytes of length first).
func answer(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(query) != nil || len(m.Questions) != 1 {
			return
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}}
		}
		reply, err := m.AppendPack([]byte{0, 0})
		if err != nil {
			return
		}
		binary.BigEndian.PutUint16(reply, uint16(len(reply)-2))
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

func client(t *testing.T, o egress.Options) *http.Client {
	t.Helper()
	c, err := egress.Client(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func get(t *testing.T, c *http.Client, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func portOf(t *testing.T, s *httptest.Server) string {
	t.Helper()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestTheAddressIsJudgedAfterTheNameIsResolved(t *testing.T) {
	t.Parallel()
	hits := make(chan string, 10)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hits <- r.Host }))
	t.Cleanup(s.Close)
	port := portOf(t, s)
	confirmed := client(t, egress.Options{Policy: connection(t, "desk.test:"+port), Resolver: loopback()})
	if code, err := get(t, confirmed, "http://desk.test:"+port); err != nil || code != http.StatusOK {
		t.Fatalf("the confirmed name: %d, %v", code, err)
	}
	if len(hits) != 1 {
		t.Fatalf("%d requests arrived", len(hits))
	}
	for name, c := range map[string]*http.Client{
		"http://rebound.test:" + port: confirmed,
		"http://127.0.0.1:" + port:    confirmed,
		"http://desk.test:" + port:    client(t, egress.Options{Policy: connection(t, ""), Resolver: loopback()}),
		"http://hooks.test":           client(t, egress.Options{Resolver: loopback()}),
	} {
		_, err := get(t, c, name)
		if !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "private address") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(hits) != 1 {
		t.Error("a refused request arrived")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Error("it was followed")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	c := client(t, egress.Options{Policy: connection(t, s.Listener.Addr().String())})
	if code, err := get(t, c, s.URL); err != nil || code != http.StatusFound {
		t.Errorf("%d, %v", code, err)
	}
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would log the refused handshakes
	s.StartTLS()
	t.Cleanup(s.Close)
	p := connection(t, s.Listener.Addr().String())
	var unknown *tls.CertificateVerificationError
	if _, err := get(t, client(t, egress.Options{Policy: p}), s.URL); !errors.As(err, &unknown) {
		t.Errorf("an unknown authority: %v", err)
	}
	bundle := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	if code, err := get(t, client(t, egress.Options{Policy: p, CA: bundle}), s.URL); err != nil || code != http.StatusNotFound {
		t.Errorf("its own authority: %d, %v", code, err)
	}
	if _, err := egress.Transport(egress.Options{Policy: p, CA: "not a certificate"}); !fault.Is(err, fault.Setup) {
		t.Errorf("a bundle without a certificate: %v", err)
	}
}

func TestTheTransportIsStrict(t *testing.T) {
	t.Parallel()
	tr, err := egress.Transport(egress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Proxy != nil {
		t.Error("it takes a proxy from the environment")
	}
	if c := tr.TLSClientConfig; c.InsecureSkipVerify || c.MinVersion < tls.VersionTLS12 {
		t.Error("it accepts weak TLS")
	}
	if tr.ResponseHeaderTimeout <= 0 || tr.TLSHandshakeTimeout <= 0 || tr.MaxResponseHeaderBytes <= 0 {
		t.Error("something is unbounded")
	}
}
