//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestRestoredCopySendsNothingUntilReleased backs the portal up while people
// use it, loses everything and goes on with the copy (F21). Between the backup
// and the loss the first portal sends what the copy still holds as waiting.
func TestRestoredCopySendsNothingUntilReleased(t *testing.T) {
	trials(t, "restored from a backup", restoredCopySendsNothingUntilReleased)
}

func restoredCopySendsNothingUntilReleased(x *trial) {
	w := newWorld(x, 20)
	w.start()
	browsers := w.enter()
	before := w.use(browsers, 8*time.Second)
	w.settle(2 * time.Minute)

	// The source does not take anything: what is asked now waits, and is backed up so.
	w.source.fake.Faults.Set(faults.Fault{Kind: faults.Unavailable})
	var waiting []*errand
	for _, b := range browsers {
		e := b.reply(b.tickets[0])
		if err := e.send(); err != nil {
			x.Fatal(err)
		}
		waiting = append(waiting, e)
	}
	archive := filepath.Join(w.dir, "portico.tar.gz")
	ctx, stop := context.WithCancel(x.Context())
	var people sync.WaitGroup
	var lost crowd
	for _, b := range browsers {
		people.Go(func() { lost.ask(ctx, b) })
	}
	began := time.Now()
	said := w.must(nil, "backup", archive)
	took := time.Since(began)
	stop()
	people.Wait()

	// Now the first portal delivers all of it, and is gone with everything since the backup.
	w.source.fake.Faults.Clear()
	w.settle(4 * time.Minute)
	if n := w.source.truth().holding(waiting[0].text); n != 1 {
		x.Fatalf("the first portal sent it %d times", n)
	}
	w.kill()
	copied := filepath.Join(w.dir, "copy")
	owner := w.blank()
	w.must(owner, "restore", archive, "--into", copied)
	if out, code := w.run(owner, "restore", archive, "--into", copied); code == 0 || !strings.Contains(out, "not empty") {
		x.Errorf("restored over a data folder: %s", out)
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "data")); err != nil {
		x.Fatal(err)
	}
	if err := os.Rename(copied, filepath.Join(w.dir, "data")); err != nil {
		x.Fatal(err)
	}

	since := w.source.asked()
	w.start()
	if !strings.Contains(w.log(), "NOTHING LEAVES") {
		x.Error("the log does not say that everything is held")
	}
	l := w.ledger()
	if state := l.integrity(); state != "ok" {
		x.Errorf("integrity check: %s", state)
	}
	if half := l.count(halfWritten); half > 0 {
		x.Errorf("%d actions were copied by half", half)
	}
	held := browsers[0].reply(browsers[0].tickets[1])
	if err := held.send(); err != nil {
		x.Fatal(err)
	}
	l.hasten()
	if out, code := w.run(nil, "connector", "pull", system); code == 0 || !strings.Contains(out, "portico release") {
		x.Errorf("pulled while held: %s", out)
	}
	if out, code := w.run(nil, "connector", "check", system); code == 0 || !strings.Contains(out, "held") {
		x.Errorf("asked the source while held: %s", out)
	}
	pause(x.Context(), 15*time.Second) // longer than a sweep
	if n := w.source.asked() - since; n > 0 {
		x.Errorf("%d requests left a held copy", n)
	}

	w.must(nil, "release")
	w.settle(4 * time.Minute)
	all := append(append(before, waiting...), held)
	stored := l.actions()
	for _, e := range lost.errands() { // what the backup has, the copy must bring to its end as well
		if _, ok := stored[e.key]; ok {
			all = append(all, e)
		}
	}
	w.judge(outcome{rounds: 1,
		note: fmt.Sprintf("backed up under load in %s, 0 requests until released; %s", took.Round(10*time.Millisecond), strings.TrimSpace(said[strings.Index(said, "holds"):]))}, all, browsers)
}

// use lets people use the portal for a while.
func (w *world) use(browsers []*browser, d time.Duration) []*errand {
	ctx, stop := context.WithTimeout(w.Context(), d)
	defer stop()
	var people sync.WaitGroup
	var c crowd
	for _, b := range browsers {
		people.Go(func() { c.ask(ctx, b) })
	}
	people.Wait()
	return c.errands()
}
