package notify_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/notice"
	"portico/sync/notify"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

// world is a real store with a clock that tests move by hand, an account with
// requests in it, and a mail server.
type world struct {
	*store.System
	t       testing.TB
	records *store.Account
	server  *fakeServer
	conn    record.ConnectionID
	account record.AccountID
	company string
	log     *lines
	mailer  notify.Options

	mu       sync.Mutex
	now      time.Time
	settings notify.Server
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) serverNow(context.Context) (notify.Server, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.settings, nil
}

func (w *world) use(s notify.Server) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settings = s
}

// lines keeps what was logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.b.String()), "\n")
}

func (l *lines) with(part string) (out []string) {
	for _, line := range l.all() {
		if strings.Contains(line, part) {
			out = append(out, line)
		}
	}
	return out
}

func newWorld(t testing.TB, answers ...string) *world {
	t.Helper()
	w := &world{t: t, now: time.Now().UTC().Truncate(time.Second), log: &lines{}, server: newFakeServer(t, answers...)}
	s := storetest.Open(t, w.clock)
	w.System, w.records, w.settings = s.System(), s.Account(), w.server.settings()
	w.conn = record.NewConnectionID()
	must(t, w.CreateConnection(w.ctx(), remote.Connection{ID: w.conn, Connector: "requesttracker", Name: "Help desk"}, []remote.Stream{
		{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, FreshFor: time.Minute},
		{Name: "conversation", Kinds: []record.Kind{record.KindComment}, Every: time.Minute, FreshFor: time.Minute}}))
	w.settle("Nordwind", "1", "2")
	w.pull("conversation", w.comment("0", "1", "long ago", access.User{Name: "Support"})) // a first pull
	w.relay()
	w.mailer = notify.Options{Server: w.serverNow, Look: called("Halden IT"), Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.clock}
	return w
}

// settle goes on in a fresh account that has two requests, which nobody is told of.
func (w *world) settle(company, one, two string) {
	w.t.Helper()
	w.account, w.company = record.NewAccountID(), company
	must(w.t, w.CreateAccount(w.ctx(), record.AccountInfo{ID: w.account, Name: company}))
	must(w.t, w.Launch(w.ctx(), w.account, record.LaunchInvited))
	w.pull("tickets", w.ticket(one, "VPN drops", "open"), w.ticket(two, "Printer", "open"))
	must(w.t, w.Match(w.ctx(), w.conn, company, w.account, "test"))
	w.relay()
}

func (w *world) ctx() context.Context { return w.t.Context() }

// called is a provider's look.
func called(name string) func(context.Context) notify.Look {
	return func(context.Context) notify.Look { return notify.Look{Provider: name} }
}

// ticket is one that ines opened.
func (w *world) ticket(external, subject, status string) record.Record {
	return record.Record{Kind: record.KindTicket, External: external, Company: w.company, Created: w.clock(), Updated: w.clock(),
		Body: record.Ticket{Number: external, Subject: subject, Status: status, Requester: record.Person{Name: "Ines", Email: "Ines@Nordwind.example"}}}
}

func (w *world) comment(external, ticket, text string, by access.User) record.Record {
	return record.Record{Kind: record.KindComment, External: external, Parent: ticket, ParentKind: record.KindTicket, Created: w.clock(), Updated: w.clock(),
		Body: record.Comment{Type: record.CommentMessage, Text: text, Author: record.Person{Name: by.Name, Email: by.Email}}}
}

func (w *world) pull(stream string, records ...record.Record) {
	w.t.Helper()
	r, ok, err := w.Begin(w.ctx(), run.Due{Connection: w.conn, Stream: stream, Mode: remote.Changes}, time.Hour)
	must(w.t, err)
	if !ok {
		w.t.Fatal("the stream is leased")
	}
	r, err = w.Commit(w.ctx(), r, remote.Page{Records: records, Next: remote.Checkpoint("n")}, time.Hour)
	must(w.t, err)
	r.State = run.Done
	must(w.t, w.Finish(w.ctx(), r, w.clock()))
}

func (w *world) relay() {
	w.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = w.TakeOutbox(w.ctx(), 100, func(change.Event) error { return nil })
		must(w.t, err)
	}
}

// member adds a person whose mail address is their name in small letters.
func (w *world) member(name string, role access.Role, c notice.Choice) access.User {
	w.t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: strings.ToLower(name) + "@nordwind.example"}
	must(w.t, w.CreateUser(w.ctx(), u, ""))
	must(w.t, w.AddMember(w.ctx(), w.account, u.ID, role))
	must(w.t, w.ChooseMailOf(w.ctx(), u.ID, w.account, c))
	return u
}

func (w *world) worker() *notify.Worker {
	w.t.Helper()
	m, err := notify.New(w.mailer)
	must(w.t, err)
	return notify.NewWorker(notify.WorkerOptions{Mailer: m, Store: w, People: w, Records: w.records, Questions: w, Endpoints: w, Guests: w, Open: open,
		BaseURL: "https://portal.example", Key: key, Log: w.mailer.Log, Now: w.clock, Jitter: func() float64 { return 0 }})
}

var key = []byte(strings.Repeat("k", 32))

func seal(id notice.ID, text string) (string, error) { return string(id) + text, nil }
func open(id notice.ID, sealed string) (string, error) {
	return strings.TrimPrefix(sealed, string(id)), nil
}

// work sends all that is due, with a worker of its own unless one is given, and
// returns what the server took.
func (w *world) work(worker *notify.Worker) []sent {
	w.t.Helper()
	w.relay()
	worker.Ring()
	worker.Idle()
	var out []sent
	for {
		select {
		case m := <-w.server.mails:
			out = append(out, m)
		default:
			return out
		}
	}
}

// one is the only mail that the server was given.
func (w *world) one(list []sent) (sent, *mail.Message, string) {
	w.t.Helper()
	if len(list) != 1 {
		w.t.Fatalf("%d mails were sent: %+v", len(list), list)
	}
	m, err := mail.ReadMessage(strings.NewReader(list[0].data))
	must(w.t, err)
	return list[0], m, readable(list[0].data)
}

// readable is the subject and the body of a mail without their encodings.
func readable(data string) string {
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return "not a mail: " + err.Error()
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return "not a subject: " + err.Error()
	}
	var b bytes.Buffer
	_, _ = b.ReadFrom(quotedprintable.NewReader(m.Body))
	return "Subject: " + subject + "\n" + b.String()
}

func (w *world) report() notice.Report {
	w.t.Helper()
	r, err := w.MailReport(w.ctx())
	must(w.t, err)
	return r
}

func (w *world) letters() notify.Letters {
	return notify.Letters{Owe: w.OweLetter, Seal: seal, Ring: func() {}, Log: w.mailer.Log, Now: w.clock}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
