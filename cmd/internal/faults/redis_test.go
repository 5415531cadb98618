//go:build faults

package faults_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// redis is a queue server of the test's own. It keeps nothing on disk unless it
// was told when to.
type redis struct {
	t       *testing.T
	address string
	dir     string
	save    string // as in its configuration: "60 1" is after a minute with a change
	cmd     *exec.Cmd
}

func newRedis(t *testing.T, save string) *redis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	port, err := steadyPort()
	if err != nil {
		t.Fatal(err)
	}
	r := &redis{t: t, address: "127.0.0.1:" + port, dir: t.TempDir(), save: save}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *redis) start() {
	r.t.Helper()
	_, port, err := net.SplitHostPort(r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", r.save, "--appendonly", "no", "--dir", r.dir,
		"--logfile", filepath.Join(r.dir, "log"))
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	if !eventually(r.t.Context(), 30*time.Second, func() bool { return r.say("PING") == "+PONG" }) {
		log, _ := os.ReadFile(filepath.Join(r.dir, "log"))
		r.t.Fatalf("redis-server does not answer: %s", log)
	}
}

// kill ends it without a word.
func (r *redis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// flush empties the server and returns how many actions waited in it.
func (r *redis) flush() int {
	r.t.Helper()
	var n int
	if _, err := fmt.Sscanf(r.say("LLEN asynq:{interactive}:pending"), ":%d", &n); err != nil {
		r.t.Error(err)
	}
	if said := r.say("FLUSHALL"); said != "+OK" {
		r.t.Errorf("FLUSHALL: %q", said)
	}
	return n
}

// say sends one inline command (the protocol's own form for people) and returns
// the first line of the answer.
func (r *redis) say(command string) string {
	conn, err := net.DialTimeout("tcp", r.address, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return ""
	}
	buffer := make([]byte, 512)
	n, _ := conn.Read(buffer)
	line, _, _ := strings.Cut(string(buffer[:n]), "\r\n")
	return line
}
