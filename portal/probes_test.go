package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/portal"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestReadinessSaysWhatIsAwayAndNoMore(t *testing.T) {
	t.Parallel()
	var away []string
	var down error
	w := newWorld(t, func(o *portal.Options) {
		o.Ready = func(context.Context) error { return down }
		o.Degraded = func(context.Context) []string { return away }
	})
	b := w.site.Browser()
	for _, c := range []struct {
		away   []string
		down   error
		status int
		body   string
	}{
		{status: 200, body: "ready\n"},
		{away: []string{"queue", "held"}, status: 200, body: "ready, degraded: queue, held\n"},
		{away: []string{"queue"}, down: fault.New(fault.Unavailable, "The portal is being restarted.").Because("ping 10.1.2.3", context.DeadlineExceeded), status: 503},
	} {
		away, down = c.away, c.down
		got := b.Get("/readyz").Want(c.status)
		if c.body != "" && got.Body != c.body {
			t.Errorf("body %q, want %q", got.Body, c.body)
		}
		if strings.Contains(got.Body, "10.1.2.3") || c.down != nil && strings.Contains(got.Body, "queue") {
			t.Errorf("it tells strangers %q", got.Body)
		}
		b.Get("/livez").Want(200)
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	served := make(chan string, 10)
	w := newWorld(t, func(o *portal.Options) {
		o.Served = func(route, method string, status int, _ time.Duration) {
			served <- fmt.Sprint(method, " ", route, " ", status)
		}
	})
	b := w.site.Browser()
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/livez", "GET /livez 200"},
		{"GET", "/a/" + record.NewAccountID().String() + "/tickets", "GET /a/{account}/tickets 303"},
		{"GET", "/no-such-thing?token=secret", "GET  404"},
		{"DELETE", "/signin", "DELETE  405"},
	} {
		b.Do(c.method, c.path, nil, nil)
		if got := <-served; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
