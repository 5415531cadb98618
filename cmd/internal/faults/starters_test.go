//go:build faults

package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// migratedWithin is how long the second of two starters may wait for the first (F22).
const migratedWithin = time.Minute

// TestSecondStarterIsRefused starts a second program on a folder that is served.
func TestSecondStarterIsRefused(t *testing.T) {
	trials(t, "two starters, one after other", secondStarterIsRefused)
}

func secondStarterIsRefused(x *trial) {
	w := newWorld(x, 5)
	w.start()
	browsers := w.enter()
	out, code := w.run([]string{"PORTICO_LISTEN=" + freeAddress(x.T)}, "serve")
	want := fmt.Sprintf("Another Portico serves the data folder %s already. Stop it first, or give this one another folder (data).", filepath.Join(w.dir, "data"))
	if code != 1 || !strings.Contains(out, want) {
		x.Errorf("the second one ended with %d and said:\n%s\nwant in it: %s", code, out, want)
	}
	e := browsers[0].reply(browsers[0].tickets[0])
	if err := e.send(); err != nil {
		x.Errorf("the first one does not go on: %v", err)
	}
	w.settle(time.Minute)
	w.judge(outcome{rounds: 1, note: "the second is told why"}, []*errand{e}, browsers)
}

// TestTwoStartersAtOnce starts two programs at the same moment where there is no
// database yet. On a folder one serves and the other says why it does not; on
// PostgreSQL both serve what one of them has made.
func TestTwoStartersAtOnce(t *testing.T) { trials(t, "two starters, same moment", twoStartersAtOnce) }

func twoStartersAtOnce(x *trial) {
	times, slowest := rounds(4, 50), time.Duration(0)
	for n := range times {
		p := empty(x)
		type starter struct {
			cmd   *exec.Cmd
			ended chan struct{}
			ready chan struct{}
		}
		both, began := make([]starter, 2), time.Now()
		first := make(chan int, 2)
		for i := range both {
			one := process{p: p, args: []string{"serve"}}
			address := freeAddress(x.T)
			cmd, ended := one.launch(address)
			if cmd == nil {
				x.FailNow()
			}
			both[i] = starter{cmd, ended, make(chan struct{})}
			go func() {
				if answers("http://"+address+"/readyz", ended) {
					close(both[i].ready)
					first <- i
				}
			}()
		}
		other := starter{}
		select {
		case i := <-first:
			other = both[1-i]
		case <-time.After(migratedWithin):
			x.Fatalf("round %d: nobody serves:\n%s", n, tail(p.log()))
		}
		select {
		case <-other.ended:
			if code := other.cmd.ProcessState.ExitCode(); x.mode.postgres || code != 1 || !strings.Contains(p.log(), "Another Portico serves the data folder") {
				x.Errorf("round %d: the other ended with %d:\n%s", n, code, tail(p.log()))
			}
		case <-other.ready:
			if !x.mode.postgres {
				x.Errorf("round %d: both serve one folder", n)
			}
		case <-time.After(migratedWithin):
			x.Errorf("round %d: the other neither serves nor ends:\n%s", n, tail(p.log()))
		}
		slowest = max(slowest, time.Since(began))
		for _, s := range both {
			_ = s.cmd.Process.Kill()
			<-s.ended
		}
		if state := p.ledger().integrity(); state != "ok" {
			x.Errorf("round %d: %s", n, state)
		}
	}
	x.report(outcome{rounds: times, note: fmt.Sprintf("the slower of two after %s", slowest.Round(10*time.Millisecond))})
}

// TestMigrationKilled kills the making of the database at any moment, again and
// again, until it has been made.
func TestMigrationKilled(t *testing.T) { trials(t, "kill -9 of a migration", migrationKilled) }

func migrationKilled(x *trial) {
	times, met, slowest := rounds(6, 100), 0, time.Duration(0)
	for n := range times {
		p := empty(x)
		for range 4 {
			cmd := exec.Command(program, "migrate")
			cmd.Dir, cmd.Env = p.dir, p.environ()
			if err := cmd.Start(); err != nil {
				x.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			pause(x.Context(), rand.N(250*time.Millisecond))
			_ = cmd.Process.Kill()
			if <-ended != nil {
				met++
			}
		}
		began := time.Now()
		p.must(nil, "migrate")
		slowest = max(slowest, time.Since(began))
		p.must(nil, "account", "add", "Quellwerk GmbH") // the program accepts the schema as its own
		if state := p.ledger().integrity(); state != "ok" {
			x.Errorf("round %d: %s", n, state)
		}
	}
	if met == 0 || slowest > migratedWithin {
		x.Errorf("%d kills met a migration at work, the one after took %s", met, slowest)
	}
	x.report(outcome{rounds: times, note: fmt.Sprintf("%d kills met one at work, the next took at most %s", met, slowest.Round(10*time.Millisecond))})
}

// empty is a portal whose database has not been made.
func empty(x *trial) *portal {
	x.Helper()
	p := &portal{t: x.T, dir: x.TempDir()}
	p.place(x.mode)
	if !x.mode.postgres {
		return p
	}
	p.env = p.blank()
	return p
}

// blank makes the database on PostgreSQL anew, with nothing in it, and returns
// what else its owner needs in the environment. On SQLite it does nothing.
func (p *portal) blank() (owner []string) {
	p.t.Helper()
	if p.cluster == nil {
		return nil
	}
	if err := p.cluster.say("postgres", "DROP DATABASE "+p.database+" WITH (FORCE)", "CREATE DATABASE "+p.database+" OWNER "+ownerRole); err != nil {
		p.t.Fatal(err)
	}
	return []string{"PORTICO_DATABASE_OWNER_URL=" + p.cluster.url(ownerRole, rolePassword, p.database)}
}
