// Package redistest starts Redis servers for tests, in every set-up that
// Portico can be configured for: one server, one behind TLS, a cluster, and a
// master with replica and sentinels.
//
// It promises servers on loopback that keep nothing on disk, ask for a password,
// and end with the test. Where redis-server is missing the test is skipped.
package redistest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Password is what every server and sentinel asks for.
const Password = "correct-horse"

// patience is how long a server may take to start, or to know of others.
const patience = 60 * time.Second

// Server is one process. It is for one goroutine.
type Server struct {
	Address string // host:port

	t    *testing.T
	dir  string
	args []string
	tls  *tls.Config
	cmd  *exec.Cmd
}

// New starts a server with further arguments, as redis-server takes them.
func New(t *testing.T, args ...string) *Server {
	t.Helper()
	return launch(t, freePort(t), append([]string{"--requirepass", Password, "--masterauth", Password}, args...)...)
}

func launch(t *testing.T, port string, args ...string) *Server {
	t.Helper()
	s := &Server{Address: net.JoinHostPort("127.0.0.1", port), t: t, dir: t.TempDir()}
	s.present()
	s.args = append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no",
		"--repl-diskless-sync-delay", "0", "--dir", s.dir, "--logfile", filepath.Join(s.dir, "log")}, args...)
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

// present skips the test on a machine without Redis.
func (s *Server) present() {
	s.t.Helper()
	logging.Disable() // it writes past the test
	if _, err := exec.LookPath("redis-server"); err != nil {
		s.t.Skip("redis-server is not installed (Debian: redis-server)")
	}
}

// Start starts a server that was killed, with nothing in it.
func (s *Server) Start() {
	s.t.Helper()
	s.cmd = exec.CommandContext(s.t.Context(), "redis-server", s.args...) //nolint:gosec // arguments of a test
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.wait("answer", func() bool { return s.has("PING", "PONG") })
}

// Kill ends the server at once, as a loss of power does.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // that it was killed
}

// Do sends one command and returns what the server says; it must not refuse.
func (s *Server) Do(command ...any) any {
	s.t.Helper()
	said, err := s.say(command...)
	if err != nil {
		s.t.Fatalf("%v: %v", command, err)
	}
	return said
}

// has reports whether the server says all of the words. One that is changing its
// role may not answer.
func (s *Server) has(command string, words ...string) bool {
	said, err := s.say(fields(command)...)
	text := fmt.Sprint(said)
	return err == nil && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

func fields(command string) (out []any) {
	for word := range strings.FieldsSeq(command) {
		out = append(out, word)
	}
	return out
}

func (s *Server) say(command ...any) (any, error) {
	client := redis.NewClient(&redis.Options{Addr: s.Address, Password: Password, TLSConfig: s.tls, MaxRetries: -1, DialerRetries: 1, Protocol: 2})
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return client.Do(ctx, command...).Result()
}

// wait looks every now and then whether something is so.
func (s *Server) wait(what string, so func() bool) {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("%s does not %s:\n%s", s.Address, what, log)
		}
	}
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
