package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/intake"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// vendor is a system that sends webhooks: it signs as Standard Webhooks says and
// names the tickets that changed.
type vendor struct {
	remote.Connector
	mu      sync.Mutex
	tickets map[string]record.Record
	reads   [][]record.Ref
	fail    error
	now     func() time.Time
}

func (v *vendor) Spec() remote.Spec {
	return remote.Spec{Name: "Vendor", Streams: []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Hour},
		{Name: "assets", Kinds: []record.Kind{record.KindAsset}, Every: time.Hour}}}
}

// Hints verifies the signature and the age of a message.
func (v *vendor) Hints(_ context.Context, _ remote.Conn, raw *remote.RawRequest) ([]remote.Hint, error) {
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	if err := w.VerifyIgnoringTimestamp(raw.Body, raw.Header); err != nil {
		return nil, fault.Wrap(fault.Unauthenticated, "verify", err)
	}
	sent, err := strconv.ParseInt(raw.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil || v.now().Sub(time.Unix(sent, 0)).Abs() > 5*time.Minute {
		return nil, fault.New(fault.Unauthenticated, "The message is too old.")
	}
	var event struct{ Tickets []string }
	if err := json.Unmarshal(raw.Body, &event); err != nil {
		return nil, fault.Wrap(fault.Broken, "read event", err)
	}
	var hints []remote.Hint
	for _, id := range event.Tickets {
		hints = append(hints, remote.Hint{Ref: record.Ref{Kind: record.KindTicket, External: id}, Key: raw.Header.Get("webhook-id")})
	}
	return hints, nil
}

func (v *vendor) Read(_ context.Context, _ remote.Conn, refs []record.Ref) ([]record.Record, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reads = append(v.reads, refs)
	var out []record.Record
	for _, r := range refs {
		if t, ok := v.tickets[r.External]; ok {
			out = append(out, t)
		}
	}
	return out, v.fail
}

// silent is a system that sends none.
type silent struct{ *vendor }

func (silent) Hints(context.Context, remote.Conn, *remote.RawRequest) ([]remote.Hint, error) {
	return nil, fault.New(fault.Setup, "This system sends no webhooks.")
}

// world is a real store behind an intake whose rings tests hear and follow.
type world struct {
	*store.System
	in          *intake.Intake
	pages       *store.Account
	vendor      *vendor
	conn, mute  record.ConnectionID
	account     record.AccountID
	rung        []run.HookID
	mu          sync.Mutex
	now         time.Time
	unavailable error
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) Open(ctx context.Context, id record.ConnectionID) (remote.Connector, remote.Conn, remote.Connection, error) {
	c, err := w.Connection(ctx, id)
	if err == nil && id == w.mute {
		return silent{w.vendor}, remote.Conn{}, c, nil
	}
	return w.vendor, remote.Conn{ID: id}, c, err
}

// ReceiveHook fails when the test says so.
func (w *world) ReceiveHook(ctx context.Context, h run.Hook) (bool, error) {
	if w.unavailable != nil {
		return false, w.unavailable
	}
	return w.System.ReceiveHook(ctx, h)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Now().UTC().Truncate(time.Second)}
	w.vendor = &vendor{tickets: map[string]record.Record{}, now: w.clock}
	s := storetest.Open(t, w.clock)
	w.System, w.pages = s.System(), s.Account()
	for name, id := range map[string]*record.ConnectionID{"Vendor": &w.conn, "Mute": &w.mute} {
		*id = record.NewConnectionID()
		must(t, w.CreateConnection(t.Context(), remote.Connection{ID: *id, Connector: "vendor", Name: name}, w.vendor.Spec().Streams))
	}
	w.account = record.NewAccountID()
	must(t, w.CreateAccount(t.Context(), record.AccountInfo{ID: w.account, Name: "Nordwind"}))
	w.in = intake.New(intake.Options{Store: w, Sources: w, Now: w.clock, Within: time.Minute, Ring: func(_ context.Context, id run.HookID) { w.rung = append(w.rung, id) }})
	w.pulled(t, ticket("1", "Printer"))
	must(t, w.Match(t.Context(), w.conn, "Nordwind", w.account, "test"))
	w.events(t)
	return w
}

// pulled makes the first pass of every stream, so that nothing is due any more.
func (w *world) pulled(t *testing.T, records ...record.Record) {
	t.Helper()
	for _, s := range w.vendor.Spec().Streams {
		r, _, err := w.Begin(t.Context(), run.Due{Connection: w.conn, Stream: s.Name, Mode: remote.Changes}, time.Hour)
		must(t, err)
		if s.Name == "tickets" {
			r, err = w.Commit(t.Context(), r, remote.Page{Records: records}, time.Hour)
			must(t, err)
		}
		r.State = run.Done
		must(t, w.Finish(t.Context(), r, w.clock().Add(time.Hour)))
	}
}

func ticket(number, subject string) record.Record {
	return record.Record{Kind: record.KindTicket, External: number, Company: "Nordwind", Body: record.Ticket{Number: number, Subject: subject, Status: "open"}}
}

// events takes what happened, as "kind number of records".
func (w *world) events(t *testing.T) (out []string) {
	t.Helper()
	_, err := w.TakeOutbox(t.Context(), 100, func(e change.Event) error {
		out = append(out, fmt.Sprintf("%s %s %d", e.Topic, e.Kind, len(e.IDs)))
		return nil
	})
	must(t, err)
	return out
}

// hastened are the streams that are due now.
func (w *world) hastened(t *testing.T) (out []string) {
	t.Helper()
	due, err := w.DueStreams(t.Context(), w.clock(), 10)
	must(t, err)
	for _, d := range due {
		if d.Connection == w.conn {
			out = append(out, d.Stream)
		}
	}
	return out
}

// message is a request as the vendor sends it.
type message struct {
	to     string
	id     string
	body   string
	at     time.Time
	change func(*http.Request)
}

func (w *world) message(id, body string) message {
	return message{to: w.conn.String(), id: id, body: body, at: w.clock()}
}

func (w *world) send(t *testing.T, m message) *httptest.ResponseRecorder {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	signature, err := signer.Sign(m.id, m.at, []byte(m.body))
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+m.to, bytes.NewBufferString(m.body))
	r.SetPathValue("connection", m.to)
	r.Header.Set("webhook-id", m.id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(m.at.Unix(), 10))
	r.Header.Set("webhook-signature", signature)
	if m.change != nil {
		m.change(r)
	}
	answer := httptest.NewRecorder()
	w.in.ServeHTTP(answer, r)
	return answer
}

// work follows what was rung.
func (w *world) work(t *testing.T) {
	t.Helper()
	rung := w.rung
	w.rung = nil
	for _, id := range rung {
		must(t, w.in.Work(t.Context(), id))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// subject is what an owner of the account reads about a ticket.
func (w *world) subject(t *testing.T, number string) string {
	t.Helper()
	s := grant.Member(grant.User{ID: "u", Name: "Ines"}, w.account, access.Owner)
	page, err := w.pages.List(t.Context(), s, w.account, record.Query{Kind: record.KindTicket})
	must(t, err)
	for _, r := range page.Rows {
		if r.Number == number {
			return r.Title
		}
	}
	return ""
}
