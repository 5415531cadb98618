package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"portico/cmd/internal/app"
	"portico/portal/api"
	"portico/portal/calendar"
	"portico/portal/portaltest"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/store/storetest"
)

// shop is the API over a real store with two accounts that hold the same, but for
// a canary in every text.
type shop struct {
	t      *testing.T
	app    *app.App
	store  *store.Store
	server *httptest.Server
	api    *api.API
	sys    *store.System
	acc    *store.Account
	doc    routers.Router
	conns  map[string]record.ConnectionID // by connector
	own    side                           // what the key of most tests reaches
	other  side

	mu   sync.Mutex
	went map[string]bool // operations that were answered well
}

// side is one account and what is in it.
type side struct {
	account       record.AccountID
	canary        string
	ticket, asset record.ID
	// of are records of other kinds, by the name of their place in a path.
	of    map[string]record.ID
	owner access.User
}

func newShop(t *testing.T) *shop {
	t.Helper()
	a := firm(t, filepath.Join(t.TempDir(), "data"), storetest.Migrated(t))
	programs, s, err := a.Programs(t.Context())
	must(t, err)
	w := &shop{t: t, app: a, store: s, api: programs, sys: s.System(), acc: s.Account(), went: map[string]bool{}}
	w.server = httptest.NewServer(portaltest.Programs(t, programs))
	t.Cleanup(w.server.Close)
	w.read()
	conn := record.NewConnectionID()
	must(t, w.sys.CreateConnection(t.Context(), remote.Connection{ID: conn, Connector: "requesttracker", Name: "Help desk"}, []remote.Stream{
		stream("tickets", record.KindTicket), stream("conversation", record.KindComment, record.KindAttachment), stream("assets", record.KindAsset)}))
	w.connect()
	w.own, w.other = w.side(conn, "CANARY-A"), w.side(conn, "CANARY-B")
	return w
}

// read loads the document that the API serves, checks it and makes a router of it.
func (w *shop) read() {
	w.t.Helper()
	rec := httptest.NewRecorder()
	must(w.t, w.api.Document(rec, nil))
	doc, err := openapi3.NewLoader().LoadFromData(rec.Body.Bytes())
	must(w.t, err)
	must(w.t, doc.Validate(w.t.Context()))
	doc.Servers = openapi3.Servers{{URL: w.server.URL + api.Prefix}}
	w.doc, err = gorillamux.NewRouter(doc)
	must(w.t, err)
}

// side fills one account.
func (w *shop) side(conn record.ConnectionID, canary string) side {
	w.t.Helper()
	t, now := w.t, time.Now().UTC()
	x := side{account: record.NewAccountID(), canary: canary, of: map[string]record.ID{}, owner: access.User{ID: access.NewUserID(), Name: canary + " owner", Email: strings.ToLower(canary) + "@client.example"}}
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: x.account, Name: canary}))
	must(t, w.sys.Launch(t.Context(), x.account, record.LaunchInvited))
	must(t, w.sys.CreateUser(t.Context(), x.owner, ""))
	must(t, w.sys.AddMember(t.Context(), x.account, x.owner.ID, access.Owner))
	pull := func(stream string, records ...record.Record) { w.pull(conn, stream, records...) }
	var tickets []record.Record
	for i := range 5 {
		tickets = append(tickets, record.Record{Kind: record.KindTicket, External: fmt.Sprint(canary, i), Company: canary, Created: now.Add(-24 * time.Hour), Updated: now.Add(-time.Duration(i) * time.Hour),
			Body: record.Ticket{Number: fmt.Sprint(canary, i), Subject: canary + " printer", Status: "open", Requester: record.Person{Name: canary, Email: x.owner.Email}}})
	}
	pull("tickets", tickets...)
	pull("conversation", record.Record{Kind: record.KindComment, External: "c" + canary, Parent: canary + "0", ParentKind: record.KindTicket, Created: now, Updated: now,
		Body: record.Comment{Type: record.CommentMessage, Text: canary + " says", Author: record.Person{Name: canary}}},
		record.Record{Kind: record.KindAttachment, External: "f" + canary, Parent: canary + "0", ParentKind: record.KindTicket, Created: now, Updated: now,
			Body: record.Attachment{Name: canary + ".pdf", Comment: "c" + canary, Size: 7}})
	pull("assets", record.Record{Kind: record.KindAsset, External: "a" + canary, Company: canary, Created: now, Updated: now, Body: record.Asset{Name: canary + " laptop", Tag: "T1", Status: "in use"}})
	must(t, w.sys.Match(t.Context(), conn, canary, x.account, "test"))
	w.supply(&x)
	see := grant.Key(apikey.Key{ID: "key-test", Scopes: apikey.Scopes})
	for kind, to := range map[record.Kind]*record.ID{record.KindTicket: &x.ticket, record.KindAsset: &x.asset} {
		page, err := w.acc.List(t.Context(), see, x.account, record.Query{Kind: kind})
		must(t, err)
		*to = page.Rows[0].ID
	}
	return x
}

// missing is nobody's account, in which nothing is there.
func missing() side {
	x := side{account: record.NewAccountID(), ticket: record.NewID(), asset: record.NewID(), of: map[string]record.ID{}}
	for _, name := range []string{"payment", "quote", "event", "contract", "project", "document", "invoice", "bill", "terms", "offer"} {
		x.of[name] = record.NewID()
	}
	return x
}

// path fills in what stands in braces, of an account's side.
func (x side) path(path string, account record.AccountID, more ...string) string {
	pairs := []string{"{account}", account.String(), "{ticket}", x.ticket.String(), "{asset}", x.asset.String()}
	file := "bill"
	switch {
	case strings.Contains(path, "{contract}"):
		file = "terms"
	case strings.Contains(path, "{quote}"):
		file = "offer"
	}
	for name, id := range x.of {
		pairs = append(pairs, "{"+name+"}", id.String())
	}
	return strings.NewReplacer(append(append(pairs, "{file}", x.of[file].String()), more...)...).Replace(path)
}

// calendar is the pages of the calendar, and the key of its feeds' addresses.
func (w *shop) calendar() (*calendar.Pages, []byte) {
	w.t.Helper()
	pages, key, err := w.app.Calendar(w.store)
	must(w.t, err)
	return pages, key
}

// key makes a key and returns its token.
func (w *shop) key(change func(*apikey.Key)) (string, apikey.ID) {
	w.t.Helper()
	token, start := apikey.NewToken()
	hash, _ := apikey.Hash(token)
	k := apikey.Key{ID: apikey.NewID(), Name: "Books", Start: start, Scopes: apikey.Scopes, By: "test"}
	if change != nil {
		change(&k)
	}
	must(w.t, w.sys.CreateKey(w.t.Context(), k, hash))
	return token, k.ID
}

// ownKey reaches the own side only.
func (w *shop) ownKey() string {
	token, _ := w.key(func(k *apikey.Key) { k.Accounts = []record.AccountID{w.own.account} })
	return token
}

// reply is what was answered.
type reply struct {
	status int
	header http.Header
	body   string
	at     string
}

func (r reply) want(t *testing.T, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("%s: %d, want %d\n%s", r.at, r.status, status, r.body)
	}
	return r
}

// text reads one value of the body: "tickets.0.id".
func (r reply) text(t *testing.T, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("%s: %v\n%s", r.at, err, r.body)
	}
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// ask sends one request and holds the answer against the document.
func (w *shop) ask(token, method, path, body string, header ...string) reply {
	w.t.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = w.server.URL + api.Prefix + path
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	must(w.t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", action.NewRef())
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	res, err := w.server.Client().Do(r)
	must(w.t, err)
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	must(w.t, err)
	out := reply{res.StatusCode, res.Header, string(data), method + " " + path}
	w.hold(r, out)
	return out
}

// hold compares an answer with the document.
func (w *shop) hold(r *http.Request, got reply) {
	w.t.Helper()
	route, params, err := w.doc.FindRoute(r)
	if err != nil {
		return // no door; the website answers
	}
	if got.status < 300 {
		w.mu.Lock()
		w.went[route.Operation.OperationID] = true
		w.mu.Unlock()
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	err = openapi3filter.ValidateResponse(w.t.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: got.status, Header: got.header,
		Body: io.NopCloser(bytes.NewReader([]byte(got.body))), Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: got.status == http.StatusNoContent}})
	if err != nil {
		w.t.Errorf("%s is not what the document says: %v\n%s", got.at, err, got.body)
	}
	if got.status >= 400 && got.header.Get("Content-Type") != "application/problem+json" {
		w.t.Errorf("%s: %d as %s", got.at, got.status, got.header.Get("Content-Type"))
	}
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin"} {
		if got.header.Get(name) != "" {
			w.t.Errorf("%s sets %s", got.at, name)
		}
	}
}
