//go:build faults

package faults_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// readyWithin is how long a start may take, whatever the last end was like. Alone
// on a machine it is five seconds (F01, F02), which the report lets one check;
// here many programs start at once.
const readyWithin = 30 * time.Second

// portal is one database, one data folder and the processes that serve them, if
// any do.
type portal struct {
	t        *testing.T
	dir      string   // holds data, keys and the log
	env      []string // beside what every run gets
	cluster  *cluster // nil on SQLite
	database string   // of the cluster
	bell     *redis   // nil when the queue is inside the program

	mu        sync.Mutex
	processes []*process
	book      *ledger
}

// environ is a whole environment: nothing of the caller's settings gets in.
func (p *portal) environ(more ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + p.dir,
		"PORTICO_DATA=" + filepath.Join(p.dir, "data"), "PORTICO_KEY_FILE=" + filepath.Join(p.dir, "keys", "portico.key"),
		"PORTICO_PROVIDER_NAME=" + provider,
	}
	if p.cluster != nil {
		env = append(env, "PORTICO_DATABASE_URL="+p.cluster.url(appRole, rolePassword, p.database),
			"PORTICO_DATABASE_SYSTEM_URL="+p.cluster.url(systemRole, rolePassword, p.database), "PORTICO_DATABASE_CONNECTIONS=4")
	}
	if p.bell != nil {
		env = append(env, "PORTICO_REDIS=redis://"+p.bell.address)
	}
	return append(append(env, p.env...), more...)
}

func (p *portal) file() string { return filepath.Join(p.dir, "data", "portico.db") }

func (p *portal) logFile() string { return filepath.Join(p.dir, "log") }

// log is everything that the processes wrote so far.
func (p *portal) log() string {
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		p.t.Error(err)
	}
	return string(text)
}

// run carries out one command line and returns what it wrote and its exit code.
func (p *portal) run(env []string, args ...string) (string, int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = p.dir, p.environ(env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("portico %s: %v", strings.Join(args, " "), err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// must is run for a command that has to succeed.
func (p *portal) must(env []string, args ...string) string {
	p.t.Helper()
	out, code := p.run(env, args...)
	if code != 0 {
		p.t.Fatalf("portico %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// start starts every process that does not run and returns how long the slowest
// took until ready.
func (p *portal) start() time.Duration {
	p.t.Helper()
	took := make([]time.Duration, len(p.processes))
	var starting sync.WaitGroup
	for i, one := range p.processes {
		if !one.running() {
			starting.Go(func() { took[i] = one.start() })
		}
	}
	starting.Wait()
	slowest := time.Duration(0)
	for i, one := range p.processes {
		if slowest = max(slowest, took[i]); !one.running() {
			p.t.Fatalf("the program ended instead of getting ready:\n%s", tail(p.log()))
		}
	}
	return slowest
}

// url is where the nth of those that serve pages answers, or did until it was
// killed. The count goes round.
func (p *portal) url(n int) string {
	var doors []*process
	for _, one := range p.processes {
		if one.pages() {
			doors = append(doors, one)
		}
	}
	return "http://" + doors[n%len(doors)].at()
}

// kill ends every process without a word.
func (p *portal) kill() {
	var killing sync.WaitGroup
	for _, one := range p.processes {
		killing.Go(one.kill)
	}
	killing.Wait()
}

// drain asks every process to end and returns the worst exit code and how long
// it took.
func (p *portal) drain(limit time.Duration) (code int, took time.Duration) {
	p.t.Helper()
	began := time.Now()
	codes := make([]int, len(p.processes))
	var ending sync.WaitGroup
	for i, one := range p.processes {
		ending.Go(func() { codes[i] = one.drain(limit) })
	}
	ending.Wait()
	for _, c := range codes {
		if c != 0 {
			code = c
		}
	}
	return code, time.Since(began)
}

func tail(text string) string {
	if len(text) > 3000 {
		return "…" + text[len(text)-3000:]
	}
	return text
}

// pause waits unless the test ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// eventually polls until a condition holds or the time is over.
func eventually(ctx context.Context, limit time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(limit); ; {
		if holds() {
			return true
		}
		if time.Now().After(deadline) || !pause(ctx, 250*time.Millisecond) {
			return false
		}
	}
}
