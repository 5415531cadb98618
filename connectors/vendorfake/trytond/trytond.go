// Package trytond is a fake of Tryton 6.0's JSON-RPC, for tests. It keeps companies,
// parties, invoices, payments, subscriptions and lots in memory and answers what an
// integration asks of them the way the real one was seen to: sessions that end,
// typed values, domains with paths, rows of other companies unseen, dates of change
// that it sets itself and that stay empty until the first change, and the dialogue
// that books payments.
//
// What it does not have: most models, order other than by id, currencies that are
// converted, instalments, and rights finer than whole models. A field or a model it
// does not know is a KeyError, as in the original.
package trytond

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
)

// Database is the name of the one database.
const Database = "hub"

// Options configure a fake.
type Options struct {
	// Clock is the system's clock, in UTC; nil is the real one.
	Clock func() time.Time
	// Without are models and fields ("stock.lot.subscribed") of modules that are not active.
	Without []string
}

// Fake is one Tryton. It is an http.Handler and safe for concurrent use.
type Fake struct {
	// Faults are the knobs between a caller and this system.
	Faults *faults.Knobs

	now     func() time.Time
	without map[string]bool

	mu       sync.Mutex
	rows     map[string][]row // by model, in the order of ids
	last     map[string]int64
	users    map[string]*user // by login
	sessions map[string]session
	wizards  map[int64]int64 // to whom each belongs
	opened   int64
}

// row is one row of a model, by the names of its fields.
type row map[string]any

type user struct {
	id        int64
	password  string
	failures  int
	companies []int64
	denied    map[string]bool // models
}

type session struct {
	user  *user
	began time.Time
}

// sessionAge is how long a session lasts, as the original has it by default.
const sessionAge = 30 * 24 * time.Hour

// New returns a fake without rows.
func New(opts Options) *Fake {
	f := &Fake{now: opts.Clock, without: map[string]bool{}, rows: map[string][]row{}, last: map[string]int64{},
		users: map[string]*user{}, sessions: map[string]session{}, wizards: map[int64]int64{}}
	if f.now == nil {
		f.now = time.Now
	}
	for _, name := range opts.Without {
		f.without[name] = true
	}
	f.Faults = faults.Wrap(http.HandlerFunc(f.answer), f.now)
	return f
}

// ServeHTTP answers a request, after the fault knobs had their say.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", f.now().UTC().Format(http.TimeFormat))
	f.Faults.ServeHTTP(w, r)
}

// AddUser makes a user who works for companies, and returns its id. Models that are
// denied may not be read.
func (f *Fake) AddUser(login, password string, companies []int64, denied ...string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := &user{id: int64(len(f.users) + 2), password: password, companies: companies, denied: map[string]bool{}}
	for _, model := range denied {
		u.denied[model] = true
	}
	f.users[login] = u
	return u.id
}

// SetPassword changes a password, which ends the user's sessions.
func (f *Fake) SetPassword(login, password string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.users[login]
	u.password, u.failures = password, 0
	for token, s := range f.sessions {
		if s.user == u {
			delete(f.sessions, token)
		}
	}
}

// EndSessions ends every session, as a restored database does.
func (f *Fake) EndSessions() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.sessions)
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
