//go:build faults

package faults_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// readyWithin is how long a start may take, whatever the last end was like.
const readyWithin = 5 * time.Second

// portal is one data folder and the process that serves it, if one does.
type portal struct {
	t   *testing.T
	dir string   // holds data, keys and the log
	env []string // beside what every run gets

	mu      sync.Mutex
	cmd     *exec.Cmd
	ended   chan struct{}
	address string
}

// environ is a whole environment: nothing of the caller's settings gets in.
func (p *portal) environ(more ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + p.dir,
		"PORTICO_DATA=" + filepath.Join(p.dir, "data"), "PORTICO_KEY_FILE=" + filepath.Join(p.dir, "keys", "portico.key"),
		"PORTICO_PROVIDER_NAME=" + provider,
	}
	return append(append(env, p.env...), more...)
}

func (p *portal) database() string { return filepath.Join(p.dir, "data", "portico.db") }

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

// launch starts a serving process at an address without waiting for it.
func (p *portal) launch(address string) (*exec.Cmd, chan struct{}) {
	p.t.Helper()
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(program, "serve")
	cmd.Dir, cmd.Env = p.dir, p.environ("PORTICO_LISTEN="+address)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	_ = log.Close()
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the exit code is read from ProcessState
		close(ended)
	}()
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	return cmd, ended
}

// start serves the data folder and returns how long it took until ready. A port
// that somebody else took meanwhile is no fault of the program: the next one is
// tried.
func (p *portal) start() time.Duration {
	p.t.Helper()
	for range 3 {
		address, began := freeAddress(p.t), time.Now()
		cmd, ended := p.launch(address)
		if !answers("http://"+address+"/readyz", ended) {
			<-ended
			if strings.Contains(tail(p.log()), "Cannot listen on") {
				continue
			}
			p.t.Fatalf("the program ended instead of getting ready:\n%s", tail(p.log()))
		}
		p.mu.Lock()
		p.cmd, p.ended, p.address = cmd, ended, address
		p.mu.Unlock()
		return time.Since(began)
	}
	p.t.Fatal("found no free port in three tries")
	return 0
}

// url is where the portal answers, or did until it was killed.
func (p *portal) url() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "http://" + p.address
}

// kill ends the process without a word.
func (p *portal) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// drain asks the process to end and returns its exit code and how long it took.
func (p *portal) drain(limit time.Duration) (int, time.Duration) {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Errorf("still there %s after SIGTERM", limit)
		p.kill()
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(began)
}

// answers polls an address until it says 200, or until the process has ended.
func answers(url string, ended <-chan struct{}) bool {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if resp, err := client.Get(url); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-ended:
			return false
		case <-tick.C:
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
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
