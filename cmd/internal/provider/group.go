package provider

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"portico/portal/admin/settings"
	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/store"
)

// heldFor is how old what a process knows of the settings may be: as long as it
// takes until another process' change holds in this one.
const heldFor = 2 * time.Second

// askFor bounds one look into the database, so that a page which only wants a
// name does not wait for one that is away.
const askFor = time.Second

// Store is where settings are kept; *store.System is one.
type Store interface {
	Setting(ctx context.Context, name string) (store.Setting, error)
	SettingAt(ctx context.Context, name string, version int) (store.Setting, error)
	SaveSetting(ctx context.Context, c store.SettingChange) error
	CountAttempts(ctx context.Context, key string, since time.Time) (int, error)
	NoteAttempt(ctx context.Context, key string, at time.Time) error
}

// kept is a group as it was saved last; version 0 when it never was.
type kept[T any] struct {
	value   T
	version int
	by      string
	at      time.Time
}

// group is one named group of settings in the database. Another one is a struct
// and a line in New. It is safe for concurrent use.
type group[T any] struct {
	store Store
	name  string
	now   func() time.Time

	asking sync.Mutex // one asks, the others take what is known
	mu     sync.Mutex
	known  kept[T]
	until  time.Time // zero: nothing is known yet
}

func newGroup[T any](s Store, name string, now func() time.Time) *group[T] {
	return &group[T]{store: s, name: name, now: now}
}

// fresh reads what is saved, past anything that is known.
func (g *group[T]) fresh(ctx context.Context) (kept[T], error) {
	s, err := g.store.Setting(ctx, g.name)
	if err != nil {
		return kept[T]{}, err
	}
	k, err := decode[T](s)
	if err == nil {
		g.mu.Lock()
		g.known, g.until = k, g.now().Add(heldFor)
		g.mu.Unlock()
	}
	return k, err
}

// current returns what is saved, at most heldFor old. While the database does not
// answer it is older: what was known last, with the error beside it.
func (g *group[T]) current(ctx context.Context) (kept[T], error) {
	known, held, ever := g.peek()
	if held {
		return known, nil
	}
	if ever && !g.asking.TryLock() {
		return known, nil
	}
	if !ever {
		g.asking.Lock()
	}
	defer g.asking.Unlock()
	if known, held, _ := g.peek(); held { // somebody asked while this one waited
		return known, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askFor)
	defer cancel()
	k, err := g.fresh(ctx)
	if err != nil {
		return known, err
	}
	return k, nil
}

func (g *group[T]) peek() (known kept[T], held, ever bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known, g.now().Before(g.until), !g.until.IsZero()
}

// version returns an earlier save; the zero value when it is not kept.
func (g *group[T]) version(ctx context.Context, n int) (kept[T], error) {
	if n == 0 {
		return kept[T]{}, nil
	}
	s, err := g.store.SettingAt(ctx, g.name, n)
	if err != nil {
		return kept[T]{}, err
	}
	return decode[T](s)
}

// save adds a version upon the one that was seen; fault.Conflict when there is a
// newer one. It holds in this process at once.
func (g *group[T]) save(ctx context.Context, s access.Scope, seen int, value T, changed []string) error {
	return g.keep(ctx, store.SettingChange{Seen: seen, By: s, From: origin(ctx), Changed: changed}, value, g.store.SaveSetting)
}

// keep is save by whatever takes the change.
func (g *group[T]) keep(ctx context.Context, c store.SettingChange, value T, take func(context.Context, store.SettingChange) error) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	c.Name, c.Value = g.name, data
	if err := take(ctx, c); err != nil {
		return err
	}
	g.mu.Lock()
	g.until = g.now().Add(-1) // known, and to be asked for again
	g.mu.Unlock()
	return nil
}

func decode[T any](s store.Setting) (kept[T], error) {
	k := kept[T]{version: s.Version, by: s.By, at: s.At}
	if s.Version == 0 {
		return k, nil
	}
	return k, fault.Wrap(fault.Internal, "read settings "+s.Name, json.Unmarshal(s.Value, &k.value))
}

// origin is where the signed-in reader's request comes from.
func origin(ctx context.Context) action.Origin {
	s, ok := session.Of(ctx)
	if !ok {
		return action.Origin{}
	}
	return action.Origin{IP: s.IP, Agent: s.Agent}
}

// state lays a group out for its page.
func state[T, D any](k kept[D], value T, fixed map[string]string) settings.State[T] {
	return settings.State[T]{Value: value, Version: k.version, By: k.by, At: k.at, Fixed: fixed}
}
