// Package shelf is where fakes of vendors' systems keep their things: objects by
// kind, numbered in the order in which they came, dated by the system's own clock.
// It promises that whoever reads gets copies, and that a change which began early
// may become visible late, as in systems whose transactions overlap. It knows no
// vendor and no HTTP.
package shelf

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Values are the fields of a thing as the vendor names them, in what
// encoding/json writes.
type Values map[string]any

// Thing is one object of the system.
type Thing struct {
	ID      int // unique over all kinds, growing
	Kind    string
	Values  Values
	Created time.Time
	Updated time.Time
	// Gone says that it was deleted; the system may still tell of it.
	Gone bool
}

// Shelf holds things. It is safe for concurrent use.
type Shelf struct {
	mu     sync.Mutex
	now    func() time.Time
	last   int
	things []*Thing // by id
	undo   map[int]Thing
}

// New returns an empty shelf whose clock is the one given.
func New(now func() time.Time) *Shelf { return &Shelf{now: now, undo: map[int]Thing{}} }

// Add puts a thing on the shelf, dated now, and returns its id.
func (s *Shelf) Add(kind string, v Values) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	at := s.now()
	s.things = append(s.things, &Thing{ID: s.last, Kind: kind, Values: maps.Clone(v), Created: at, Updated: at})
	return s.last
}

// Date sets when a thing was made and last changed.
func (s *Shelf) Date(id int, created, updated time.Time) {
	s.with(id, func(t *Thing) { t.Created, t.Updated = created, updated })
}

// Change sets fields of a thing, dated now; false when it is not there.
func (s *Shelf) Change(id int, v Values) bool {
	return s.with(id, func(t *Thing) {
		t.Values = maps.Clone(t.Values)
		maps.Copy(t.Values, v)
		t.Updated = s.now()
	})
}

// Touch dates a thing now.
func (s *Shelf) Touch(id int) { s.Change(id, nil) }

// Begin is Change whose effect, dated now, is seen by nobody until commit.
func (s *Shelf) Begin(id int, v Values) (commit func()) {
	at := s.now()
	return func() {
		s.with(id, func(t *Thing) {
			t.Values = maps.Clone(t.Values)
			maps.Copy(t.Values, v)
			t.Updated = at
		})
	}
}

// Delete takes a thing away; with trace, the system still tells that it was there.
func (s *Shelf) Delete(id int, trace bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.index(id)
	if at < 0 {
		return
	}
	if trace {
		s.things[at].Gone, s.things[at].Updated = true, s.now()
		return
	}
	s.undo[id] = *s.things[at]
	s.things = slices.Delete(s.things, at, at+1)
}

// Restore brings back what was deleted, dated now; false when it never was.
func (s *Shelf) Restore(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.index(id); at >= 0 {
		was := s.things[at].Gone
		s.things[at].Gone, s.things[at].Updated = false, s.now()
		return was
	}
	t, ok := s.undo[id]
	if !ok {
		return false
	}
	delete(s.undo, id)
	t.Updated = s.now()
	s.things = append(s.things, &t)
	slices.SortFunc(s.things, func(a, b *Thing) int { return a.ID - b.ID })
	return true
}

// Get returns a copy of a thing of the kind, deleted ones with a trace included.
func (s *Shelf) Get(kind string, id int) (Thing, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.index(id); at >= 0 && s.things[at].Kind == kind {
		return s.things[at].copy(), true
	}
	return Thing{}, false
}

// All returns copies of the things of a kind that pass, by id; all when pass is nil.
func (s *Shelf) All(kind string, pass func(Thing) bool) []Thing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Thing
	for _, t := range s.things {
		if t.Kind == kind && (pass == nil || pass(*t)) {
			out = append(out, t.copy())
		}
	}
	return out
}

func (t *Thing) copy() Thing {
	out := *t
	out.Values = maps.Clone(t.Values)
	return out
}

func (s *Shelf) with(id int, do func(*Thing)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.index(id)
	if at >= 0 {
		do(s.things[at])
	}
	return at >= 0
}

func (s *Shelf) index(id int) int {
	at, found := slices.BinarySearchFunc(s.things, id, func(t *Thing, id int) int { return t.ID - id })
	if !found {
		return -1
	}
	return at
}
