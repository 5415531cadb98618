//go:build faults

package faults_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// mode is how a portal is run: where its data and its queue are, and what its
// processes are started as.
type mode struct {
	name     string
	postgres bool
	redis    bool
	alone    bool // a PostgreSQL of its own, which may be killed
	save     string
	starts   []string
}

var (
	// embedded is one process with everything inside.
	embedded = mode{name: "embedded", starts: []string{"serve"}}
	// queued is one process with SQLite inside and a real queue.
	queued = mode{name: "embedded+Redis", redis: true, starts: []string{"serve"}}
	// scaled is one process of each kind around PostgreSQL and Redis.
	scaled = mode{name: "scaled", postgres: true, redis: true, starts: []string{"serve", "serve --no-work", "worker"}}
	// fleet is more of them, around servers that a test may kill.
	fleet = mode{name: "scaled", postgres: true, redis: true, alone: true, starts: []string{"serve", "serve", "worker", "worker"}}
)

// own gives the mode a PostgreSQL that the test may kill.
func (m mode) own() mode { m.alone = m.postgres; return m }

// shared is the PostgreSQL of every scenario that does not kill it, and the
// furnished one that others are copied from.
var shared struct {
	once             sync.Once
	template, server *cluster
	dir              string // keys that belong to the furnished database
	err              error
	databases        atomic.Int64
}

// furnished is the database that the others are made from.
const furnished = "furnished"

// makeShared makes roles, tables, accounts and people once.
func makeShared(t *testing.T) error {
	var err error
	if shared.template, err = newCluster(nil); err != nil {
		return err
	}
	c := shared.template
	if err := c.start(); err != nil {
		return err
	}
	var roles []string
	for _, role := range []string{ownerRole, systemRole, appRole} {
		roles = append(roles, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", role, rolePassword))
	}
	if err := c.say("postgres", append(roles, "CREATE DATABASE "+furnished+" OWNER "+ownerRole)...); err != nil {
		return err
	}
	p := &portal{t: t, dir: shared.dir, cluster: c, database: furnished}
	p.must([]string{"PORTICO_DATABASE_OWNER_URL=" + c.url(ownerRole, rolePassword, furnished)}, "migrate")
	p.furnish()
	if err := c.stop(); err != nil {
		return err
	}
	if shared.server, err = newCluster(c); err != nil {
		return err
	}
	return shared.server.start()
}

// removeShared ends what the scenarios shared.
func removeShared() {
	for _, c := range []*cluster{shared.template, shared.server} {
		if c != nil {
			c.remove()
		}
	}
}

// place gives a portal its database and its queue.
func (p *portal) place(m mode) {
	p.t.Helper()
	if m.redis {
		p.bell = newRedis(p.t, m.save)
	}
	if !m.postgres {
		return
	}
	if postgresPrograms() == "" {
		p.t.Skip("PostgreSQL is not installed")
	}
	shared.once.Do(func() {
		shared.err = fmt.Errorf("PostgreSQL could not be set up")
		shared.err = makeShared(p.t)
	})
	if shared.err != nil {
		p.t.Fatal(shared.err)
	}
	if err := copyTree(filepath.Join(p.dir, "keys"), filepath.Join(shared.dir, "keys")); err != nil {
		p.t.Fatal(err)
	}
	if m.alone {
		p.ownCluster()
		return
	}
	p.cluster, p.database = shared.server, fmt.Sprintf("portal_%d", shared.databases.Add(1))
	if err := p.cluster.say("postgres", "CREATE DATABASE "+p.database+" OWNER "+ownerRole+" TEMPLATE "+furnished); err != nil {
		p.t.Fatal(err)
	}
}

func (p *portal) ownCluster() {
	p.t.Helper()
	c, err := newCluster(shared.template)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(c.remove)
	if err := c.start(); err != nil {
		p.t.Fatal(err)
	}
	p.cluster, p.database = c, furnished
}
