package main

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"time"

	"portico/config"
)

// home is where a Portico keeps what it has: a folder, and unless on is nil, a
// database of PostgreSQL and a Redis.
type home struct {
	dir  string
	on   *servers
	told []string // host:port of receivers of webhooks
}

// at is a home in a folder of the measurement's.
func (s settings) at(on *servers, name string) home {
	return home{dir: filepath.Join(s.dir, name), on: on}
}

// kind is which database it has.
func (h home) kind() string {
	if h.on == nil {
		return "SQLite"
	}
	return "PostgreSQL"
}

// spent is how much processor time the servers of its database have used.
func (h home) spent(ctx context.Context) time.Duration {
	if h.on == nil {
		return 0
	}
	return h.on.spent(ctx)
}

// configure names an empty home in a configuration.
func (h home) configure(ctx context.Context, cfg *config.Config) (err error) {
	cfg.Data, cfg.KeyFile = h.dir, filepath.Join(h.dir, "keys", "portico.key")
	cfg.Webhooks.Allow = h.told
	if cfg.Listen, err = freeAddress(); err != nil {
		return err
	}
	cfg.Database.Path = filepath.Join(h.dir, "portico.db")
	if h.on == nil {
		return nil
	}
	if cfg.Database, err = h.on.database(ctx); err != nil || h.on.redis == "" {
		return err
	}
	cfg.Redis = "redis://" + h.on.redis
	return flush(ctx, h.on.redis, 0)
}

// beside opens a product's database past the store, as one who sees everything.
func (p *product) beside() (*sql.DB, error) {
	if p.home.on == nil {
		return openFloor(p.cfg.Database.Path, 1)
	}
	u, err := url.Parse(p.cfg.Database.SystemURL)
	if err != nil {
		return nil, err
	}
	u.User = p.home.on.postgres.User
	return sql.Open("pgx", u.String())
}

// mode is one of the two ways to run Portico that a measurement compares with
// its goals.
type mode struct {
	name string
	on   *servers
}

// spent is how much processor time PostgreSQL has used, where there is one.
func (m mode) spent(ctx context.Context) time.Duration {
	if m.on == nil {
		return 0
	}
	return m.on.spent(ctx)
}

// modes are those in which work is measured. Where servers are needed and not
// there, the table says so and the mode is left out.
func (s settings) modes(t *table, queue bool, missing ...line) []mode {
	out := []mode{{"SQLite", nil}}
	if on := s.many(t, queue, missing...); on != nil {
		name := "PostgreSQL"
		if queue {
			name += " + Redis"
		}
		out = append(out, mode{name, on})
	}
	return out
}

// many are the servers, or nil with lines that say that nothing was measured.
func (s settings) many(t *table, queue bool, missing ...line) *servers {
	if s.servers.postgres != nil && (!queue || s.servers.redis != "") {
		return s.servers
	}
	for _, l := range missing {
		t.notRun(l, s.servers.lacks)
	}
	return nil
}
