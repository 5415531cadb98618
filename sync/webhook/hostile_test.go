package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"portico/sync/delivery"
	"portico/sync/egress"
)

// serve starts an endpoint that behaves as h does, and returns its host:port.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return strings.TrimPrefix(s.URL, "http://")
}

// TestAHostileEndpointHurtsOnlyItself has endpoints that never answer, stream
// for ever and redirect, beside a good one with a backlog.
func TestAHostileEndpointHurtsOnlyItself(t *testing.T) {
	t.Parallel()
	w, good := newWorld(t), newReceiver(t)
	var followed atomic.Int64
	inside := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	silent := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // before, a server does not notice that the other side is gone
		<-r.Context().Done()
	})
	redirecting := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://"+inside+"/admin", http.StatusTemporaryRedirect)
	})
	var streamed atomic.Int64
	endless := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		for chunk := bytes.Repeat([]byte("x"), 32<<10); ; {
			n, err := rw.Write(chunk)
			if err != nil {
				return
			}
			streamed.Add(int64(n))
		}
	})
	worker := w.worker(t, guarded(t, inside, silent, redirecting, endless, good.host()))
	slow := w.endpoint(t, "http://"+silent)
	w.owe(t, slow, 20)
	worker.Ring(slow)

	bad := map[string]delivery.EndpointID{"redirects": w.endpoint(t, "http://"+redirecting), "endless": w.endpoint(t, "http://"+endless)}
	e := w.endpoint(t, good.URL)
	good.of(t, w, e)
	w.owe(t, e, 50)
	for _, id := range bad {
		w.owe(t, id, 1)
	}
	must(t, worker.Sweep(t.Context()))
	w.await(t, 52) // all but the silent one's

	for _, l := range w.log(t, e) {
		if l.State != delivery.Delivered {
			t.Errorf("the good endpoint: %+v", l)
		}
	}
	if l := w.log(t, bad["redirects"])[0]; l.State != delivery.Due || l.Status != 307 || !strings.Contains(l.Problem, "not followed") || followed.Load() > 0 {
		t.Errorf("redirecting: %+v, followed %d times", l, followed.Load())
	}
	l := w.log(t, bad["endless"])[0]
	if l.State != delivery.Delivered || len(l.Attempts[0].Answer) > 4<<10 || streamed.Load() > 32<<20 { // what lies in buffers counts as sent
		t.Errorf("endless: %s, %d bytes kept, %d streamed", l.State, len(l.Attempts[0].Answer), streamed.Load())
	}
	for _, l := range w.log(t, slow) {
		if l.State != delivery.Due || len(l.Attempts) > 0 {
			t.Errorf("silent: %+v", l)
		}
	}
}

// transport answers requests itself.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAnAttemptHasFifteenSeconds looks at the deadline instead of waiting for it.
func TestAnAttemptHasFifteenSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left := make(chan time.Duration, 1)
	worker := w.worker(t, &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		deadline, _ := r.Context().Deadline()
		left <- time.Until(deadline)
		return nil, context.DeadlineExceeded
	})})
	e := w.endpoint(t, "https://books.example")
	w.owe(t, e, 1)
	worker.Ring(e)
	if d := <-left; d <= 0 || d > 15*time.Second {
		t.Errorf("an attempt has %s", d)
	}
	w.await(t, 1)
	if l := w.log(t, e)[0]; l.State != delivery.Due || l.Attempt != 1 {
		t.Errorf("%+v", l)
	}
}

// TestNobodyLeadsADeliveryInside refuses what only the network itself may reach.
func TestNobodyLeadsADeliveryInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var reached atomic.Int64
	inside := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	_, port, err := net.SplitHostPort(inside)
	must(t, err)
	// A name that is public when somebody checks it and private when it is dialled.
	var asked atomic.Int64
	rebinding := resolver(t, func(dnsmessage.Type) [4]byte {
		if asked.Add(1) == 1 {
			return [4]byte{93, 184, 215, 14}
		}
		return [4]byte{127, 0, 0, 1}
	})
	if first, err := rebinding.LookupHost(t.Context(), "rebind.example"); err != nil || first[0] != "93.184.215.14" {
		t.Fatal(first, err)
	}
	policy, err := egress.Public()
	must(t, err)
	client, err := egress.Client(egress.Options{Policy: policy, Resolver: rebinding})
	must(t, err)
	worker := w.worker(t, client)
	for _, url := range []string{
		"http://127.0.0.1:" + port, "http://[::1]:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://10.0.0.1/", "http://192.168.1.1/",
		"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0:" + port,
		"http://rebind.example/", "https://rebind.example:" + port + "/", "http://93.184.215.14:25/",
	} {
		e := w.endpoint(t, url)
		w.owe(t, e, 1)
		worker.Ring(e)
		w.await(t, 1)
		l := w.log(t, e)[0]
		if l.State != delivery.Due || l.Status != 0 || l.Problem == "" || strings.Contains(l.Problem, "timeout") {
			t.Errorf("%s: %s %d %q", url, l.State, l.Status, l.Problem)
		}
	}
	if reached.Load() > 0 {
		t.Errorf("an address inside was reached %d times", reached.Load())
	}
}

// resolver answers every question for an IPv4 address itself, over loopback.
func resolver(t *testing.T, address func(dnsmessage.Type) [4]byte) *net.Resolver {
	t.Helper()
	var config net.ListenConfig
	conn, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply, err := answer(buffer[:n], address); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: dialTo(conn.LocalAddr())}
}

func answer(question []byte, address func(dnsmessage.Type) [4]byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	if len(m.Questions) != 1 {
		return nil, fmt.Errorf("%d questions", len(m.Questions))
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body: &dnsmessage.AResource{A: address(q.Type)}}}
	}
	return m.Pack()
}

func dialTo(server net.Addr) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.String())
	}
}
