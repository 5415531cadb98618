//go:build faults

package faults_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one of the processes of a portal. Every start listens elsewhere, so
// that nobody waits for a port that the last one still holds.
type process struct {
	p    *portal
	args []string // serve, serve --no-work, worker

	mu      sync.Mutex
	cmd     *exec.Cmd
	ended   chan struct{}
	address string // of its pages, or of the metrics of one without
}

func (o *process) pages() bool { return o.args[0] == "serve" }

func (o *process) at() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.address
}

func (o *process) running() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cmd == nil {
		return false
	}
	select {
	case <-o.ended:
		return false
	default:
		return true
	}
}

// launch starts the process at an address without waiting for it.
func (o *process) launch(address string) (*exec.Cmd, chan struct{}) {
	t := o.p.t
	log, err := os.OpenFile(o.p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	cmd := exec.Command(program, o.args...)
	listen := "PORTICO_LISTEN=" + address
	if !o.pages() {
		listen = "PORTICO_METRICS_LISTEN=" + address
	}
	cmd.Dir, cmd.Env = o.p.dir, o.p.environ(listen)
	cmd.Stdout, cmd.Stderr = log, log
	err = errors.Join(cmd.Start(), log.Close())
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the exit code is read from ProcessState
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	return cmd, ended
}

// start starts the process and returns how long it took until ready. A port that
// somebody else took meanwhile is no fault of the program: the next one is tried.
func (o *process) start() time.Duration {
	for range 3 {
		address, began := freeAddress(o.p.t), time.Now()
		cmd, ended := o.launch(address)
		if cmd == nil {
			return 0
		}
		ready := "http://" + address + "/readyz"
		if !o.pages() {
			ready = "http://" + address + "/livez"
		}
		o.mu.Lock()
		o.cmd, o.ended, o.address = cmd, ended, address
		o.mu.Unlock()
		if answers(ready, ended) {
			return time.Since(began)
		}
		<-ended
		if !strings.Contains(tail(o.p.log()), "Cannot listen on") {
			return 0
		}
	}
	return 0
}

// kill ends the process without a word.
func (o *process) kill() {
	if !o.running() {
		return
	}
	_ = o.cmd.Process.Kill()
	<-o.ended
}

// drain asks the process to end and returns its exit code.
func (o *process) drain(limit time.Duration) int {
	if err := o.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		o.p.t.Error(err)
	}
	select {
	case <-o.ended:
	case <-time.After(limit):
		o.p.t.Errorf("still there %s after SIGTERM", limit)
		o.kill()
	}
	return o.cmd.ProcessState.ExitCode()
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
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return ""
	}
	defer ln.Close()
	return ln.Addr().String()
}

// steadyPort is a free port for a server that comes back at the same place:
// below those that the system hands out to whoever dials.
func steadyPort() (string, error) {
	for range 100 {
		port := fmt.Sprint(20000 + rand.N(12000))
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, ln.Close()
		}
	}
	return "", errors.New("found no free port in a hundred tries")
}
