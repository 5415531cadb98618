// Package caldav is a calendar server that lives in memory: one user, calendars,
// objects with strong ETags, and a log of changes that sync tokens point into.
//
// It promises what a connector leans on: a write with a stale If-Match is
// refused, a token says exactly what changed since, tombstones included, one that
// is too old is refused, and a long list is cut with a token that goes on. It
// does not look into events: any VCALENDAR will do.
package caldav

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
)

// Options of a Fake.
type Options struct {
	User, Password string
	Clock          func() time.Time // nil is the real one
	// NoSync is a server without sync-collection.
	NoSync bool
	// ReadOnly is one on which the user may not write.
	ReadOnly bool
	// Cut is how many changes one answer tells; 0 does not limit.
	Cut int
}

// Fake is the server. It is safe for concurrent use.
type Fake struct {
	// Faults makes it fail.
	Faults *faults.Knobs

	o         Options
	mu        sync.Mutex
	password  string
	calendars map[string]*calendar
}

// calendar is one collection. Its log grows with every change.
type calendar struct {
	name  string
	items map[string]string // object by name
	moved map[string]int    // when each name last changed, as a number of the log
	last  int
	floor int // tokens below are forgotten
}

// New returns a server without calendars.
func New(o Options) *Fake {
	f := &Fake{o: o, password: o.Password, calendars: map[string]*calendar{}}
	f.Faults = faults.Wrap(http.HandlerFunc(f.serve), o.Clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// AddCalendar makes a calendar at a folder.
func (f *Fake) AddCalendar(folder, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calendars[folder] = &calendar{name: name, items: map[string]string{}, moved: map[string]int{}}
}

// Put stores an object, whatever is in it.
func (f *Fake) Put(folder, name, data string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calendars[folder].put(name, data)
}

// Delete removes an object and returns what it was.
func (f *Fake) Delete(folder, name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calendars[folder].remove(name)
}

// Get returns an object, "" when it is not there.
func (f *Fake) Get(folder, name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calendars[folder].items[name]
}

// Expire forgets every token that was given out.
func (f *Fake) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calendars {
		c.last++
		c.floor = c.last
	}
}

// SetPassword exchanges the credential.
func (f *Fake) SetPassword(password string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.password = password
}

func (c *calendar) put(name, data string) {
	c.last++
	c.items[name], c.moved[name] = data, c.last
}

func (c *calendar) remove(name string) string {
	data, ok := c.items[name]
	if ok {
		c.last++
		delete(c.items, name)
		c.moved[name] = c.last
	}
	return data
}

// since lists the names that changed after a number of the log, oldest first.
func (c *calendar) since(n int) []string {
	var out []string
	for name, at := range c.moved {
		if at > n {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return c.moved[a] - c.moved[b] })
	return out
}

func etag(data string) string {
	sum := sha256.Sum256([]byte(data))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

const tokens = "http://calendars.example/sync/"

func (c *calendar) token(n int) string { return fmt.Sprint(tokens, n) }

// number reads a token; false when it is none, or forgotten.
func (c *calendar) number(token string) (int, bool) {
	if token == "" {
		return 0, true
	}
	n := 0
	if _, err := fmt.Sscanf(strings.TrimPrefix(token, tokens), "%d", &n); err != nil {
		return 0, false
	}
	return n, n >= c.floor && n <= c.last
}

// kept is a calendar as it is saved.
type kept struct {
	Name  string
	Items map[string]string
	Last  int
}

// Save is everything that the server holds, as JSON.
func (f *Fake) Save() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]kept{}
	for folder, c := range f.calendars {
		out[folder] = kept{c.name, c.items, c.last}
	}
	return json.Marshal(out)
}

// Load replaces everything by what Save gave. Tokens from before are forgotten.
func (f *Fake) Load(data []byte) error {
	var in map[string]kept
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read calendars: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calendars = map[string]*calendar{}
	for folder, k := range in {
		c := &calendar{name: k.Name, items: map[string]string{}, moved: map[string]int{}, last: k.Last + 1}
		for name, text := range k.Items {
			c.items[name], c.moved[name] = text, c.last
		}
		c.floor = c.last
		f.calendars[folder] = c
	}
	return nil
}
