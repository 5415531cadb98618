//go:build faults

package faults_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSecondStarterIsRefused starts a second program on a folder that is served.
func TestSecondStarterIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.start()
	browsers := w.enter()
	out, code := w.run([]string{"PORTICO_LISTEN=" + freeAddress(t)}, "serve")
	want := fmt.Sprintf("Another Portico serves the data folder %s already. Stop it first, or give this one another folder (data).", filepath.Join(w.dir, "data"))
	if code != 1 || !strings.Contains(out, want) {
		t.Errorf("the second one ended with %d and said:\n%s\nwant in it: %s", code, out, want)
	}
	e := browsers[0].reply(browsers[0].tickets[0])
	if err := e.send(); err != nil {
		t.Errorf("the first one does not go on: %v", err)
	}
	w.settle(time.Minute)
	w.judge(outcome{scenario: "two starters, one after other", rounds: 1, note: "the second is told why"}, []*errand{e}, browsers)
}

// TestTwoStartersAtOnce starts two programs at the same moment on a folder that
// has no database yet: one serves, the other says why it does not.
func TestTwoStartersAtOnce(t *testing.T) {
	t.Parallel()
	times := rounds(5, 50)
	for n := range times {
		p := &portal{t: t, dir: filepath.Join(t.TempDir())}
		type starter struct {
			cmd     *exec.Cmd
			ended   chan struct{}
			address string
		}
		var both [2]starter
		for i := range both {
			both[i].address = freeAddress(t)
			both[i].cmd, both[i].ended = p.launch(both[i].address)
		}
		ready := make(chan int, 2)
		for i, s := range both {
			go func() {
				if answers("http://"+s.address+"/readyz", s.ended) {
					ready <- i
				}
			}()
		}
		select {
		case i := <-ready:
			other := both[1-i]
			select {
			case <-other.ended:
			case <-time.After(time.Minute):
				t.Fatal("both serve one folder")
			}
			if code := other.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.log(), "Another Portico serves the data folder") {
				t.Errorf("round %d: the other ended with %d:\n%s", n, code, tail(p.log()))
			}
			if !answers("http://"+both[i].address+"/readyz", both[i].ended) {
				t.Errorf("round %d: the one that serves ended too", n)
			}
			_ = both[i].cmd.Process.Kill()
			<-both[i].ended
		case <-time.After(time.Minute):
			t.Fatalf("round %d: nobody serves:\n%s", n, tail(p.log()))
		}
		if state := p.ledger().integrity(); state != "ok" {
			t.Errorf("round %d: %s", n, state)
		}
	}
	report.add(outcome{scenario: "two starters, same moment", rounds: times, note: "one serves, one is told why"})
}
