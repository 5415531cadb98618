package intake_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/intake"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// asking is a system that asks about the address, and signs it.
type asking struct {
	*vendor
	reply *remote.Reply
	err   error
	url   string
}

func (a *asking) Greet(_ context.Context, _ remote.Conn, raw *remote.RawRequest) (*remote.Reply, error) {
	a.url = raw.Method + " " + raw.URL
	return a.reply, a.err
}

func (a *asking) Spec() remote.Spec {
	s := a.vendor.Spec()
	s.Webhooks = &remote.WebhookSpec{Accepted: http.StatusOK}
	return s
}

// askingWorld opens every connection with the system given.
type askingWorld struct {
	*world
	system  *asking
	learned map[string]string
}

func (w *askingWorld) Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	c, err := w.Connection(ctx, id)
	return w.system, remote.Conn{ID: id}, c, err
}

func newAskingWorld(t *testing.T) *askingWorld {
	t.Helper()
	w := &askingWorld{world: newWorld(t), learned: map[string]string{}}
	w.system = &asking{vendor: w.vendor}
	w.in = intake.New(intake.Options{Store: w.world, Sources: w, Now: w.clock, Within: time.Minute, Base: "https://portal.example",
		Ring: func(_ context.Context, id run.HookID) { w.rung = append(w.rung, id) },
		Learn: func(_ context.Context, _ record.ConnectionID, field, text string) (bool, error) {
			if w.learned[field] != "" {
				return false, nil
			}
			w.learned[field] = text
			return true, nil
		}})
	return w
}

func TestAQuestionIsAnsweredAndIsNoEvent(t *testing.T) {
	t.Parallel()
	w := newAskingWorld(t)
	w.system.reply = &remote.Reply{Body: "<b>token</b>", Header: http.Header{"x-hook-secret": {"made there"}}, Learn: map[string]string{"signing": "made-there"}}
	a := w.send(t, w.message("evt_1", `{}`))
	if a.Code != http.StatusOK || a.Body.String() != "<b>token</b>" || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/plain") ||
		a.Header().Get("X-Content-Type-Options") != "nosniff" || a.Header().Get("X-Hook-Secret") != "made there" {
		t.Errorf("%d %q %v", a.Code, a.Body, a.Header())
	}
	if w.learned["signing"] != "made-there" || len(w.rung) > 0 || w.system.url != "POST https://portal.example/hooks/"+w.conn.String() {
		t.Errorf("learned %v, rung %v, saw %s", w.learned, w.rung, w.system.url)
	}
	w.system.reply.Learn["signing"] = "of somebody else"
	if a := w.send(t, w.message("evt_1", `{}`)); a.Code != http.StatusUnauthorized || w.learned["signing"] != "made-there" {
		t.Errorf("%d, learned %v", a.Code, w.learned)
	}
}

func TestAQuestionThatCouldDoHarmIsRefused(t *testing.T) {
	t.Parallel()
	w := newAskingWorld(t)
	for name, reply := range map[string]*remote.Reply{
		"a line break in a header": {Header: http.Header{"X-Hook-Secret": {"a\r\nSet-Cookie: b"}}},
		"endless":                  {Body: strings.Repeat("a", 5000)},
		"an endless header":        {Header: http.Header{"X-Hook-Secret": {strings.Repeat("a", 5000)}}},
		"control characters":       {Body: "\x1b[2J"},
		"an empty secret":          {Learn: map[string]string{"signing": ""}},
		"two secrets":              {Learn: map[string]string{"signing": "mine theirs"}},
	} {
		w.system.reply = reply
		if a := w.send(t, w.message("evt_1", `{}`)); a.Code != http.StatusUnauthorized || len(a.Body.String()) > 50 || len(w.learned) > 0 {
			t.Errorf("%s: %d %.80q, learned %v", name, a.Code, a.Body, w.learned)
		}
	}
	w.system.reply, w.system.err = nil, fault.New(fault.Unauthenticated, "No.")
	if a := w.send(t, w.message("evt_1", `{}`)); a.Code != http.StatusUnauthorized {
		t.Error(a.Code)
	}
}

func TestASystemHearsWhatItWantsToHear(t *testing.T) {
	t.Parallel()
	w := newAskingWorld(t)
	if a := w.send(t, w.message("evt_1", `{"tickets":["1"]}`)); a.Code != http.StatusOK || a.Body.Len() > 0 || len(w.rung) != 1 {
		t.Errorf("%d %q, rung %v", a.Code, a.Body, w.rung)
	}
}

// nameless is a vendor whose events have no id: a later change may look like an
// earlier one.
type nameless struct{ *vendor }

func (n nameless) Hints(ctx context.Context, c remote.Conn, raw *remote.RawRequest) ([]remote.Hint, error) {
	hints, err := n.vendor.Hints(ctx, c, raw)
	for i := range hints {
		hints[i].Key = ""
	}
	return hints, err
}

type namelessWorld struct{ *world }

func (w namelessWorld) Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	c, err := w.Connection(ctx, id)
	return nameless{w.vendor}, remote.Conn{ID: id}, c, err
}

func TestAnEventWithoutAnIDIsNotLostInAnEarlierOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in = intake.New(intake.Options{Store: w, Sources: namelessWorld{w}, Now: w.clock, Within: time.Minute, Ring: func(_ context.Context, id run.HookID) { w.rung = append(w.rung, id) }})
	m := w.message("evt", `{"tickets":["1"]}`)
	w.send(t, m)
	w.send(t, m)
	if len(w.rung) != 1 {
		t.Errorf("twice at once: rung %d times", len(w.rung))
	}
	w.work(t)
	w.pass(time.Second)
	w.vendor.tickets["1"] = ticket("1", "Changed since")
	w.send(t, m)
	w.work(t)
	if got := w.subject(t, "1"); got != "Changed since" {
		t.Errorf("the subject is %q", got)
	}
}
