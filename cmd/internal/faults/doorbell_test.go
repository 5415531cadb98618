//go:build faults

package faults_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/connectors/vendorfake/faults"
)

// TestDoorbellEmptiedInMidFlight empties the job queue while actions are under
// way, then takes it away altogether and brings it back empty (F05).
func TestDoorbellEmptiedInMidFlight(t *testing.T) {
	t.Parallel()
	bell := newRedis(t)
	many := rounds(80, 1000)
	// One worker and a slow source keep the process busy, so that most actions wait in the queue.
	w := newWorld(t, 20+many/10, "PORTICO_REDIS=redis://"+bell.address, "PORTICO_JOBS_WORKERS=1")
	w.start()
	browsers := w.enter()
	knobs := w.source.fake.Faults
	knobs.Set(faults.Fault{Kind: faults.Delay, Match: faults.Match{Path: "/ticket/"}, Wait: time.Second})
	var errands []*errand
	for n := range many {
		b := browsers[n%len(browsers)]
		errands = append(errands, b.reply(b.tickets[n%len(b.tickets)]))
	}
	send := func(part []*errand) {
		var sending sync.WaitGroup
		slots := make(chan struct{}, 24)
		for _, e := range part {
			sending.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if err := e.send(); err != nil {
					t.Error(err)
				}
			})
		}
		sending.Wait()
	}
	send(errands[:many/2])
	emptied := bell.flush()
	send(errands[many/2 : many*3/4])
	bell.stop()
	send(errands[many*3/4:]) // recorded all the same
	bell.start()
	knobs.Clear()
	if emptied == 0 {
		t.Error("no action waited in the queue when it was emptied: this proves nothing")
	}
	since := time.Now()
	w.settle(2*time.Minute + time.Duration(many)*time.Second)
	w.judge(outcome{scenario: "doorbell emptied, then away", rounds: 2,
		note: fmt.Sprintf("%d waiting tasks flushed, settled %s after the last was asked", emptied, time.Since(since).Round(time.Second))}, errands, browsers)
}

// redis is a queue server of the test's own, that keeps nothing on disk.
type redis struct {
	t       *testing.T
	address string
	dir     string
	cmd     *exec.Cmd
}

func newRedis(t *testing.T) *redis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed; the queue inside the program cannot be reached from outside")
	}
	r := &redis{t: t, address: freeAddress(t), dir: t.TempDir()}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *redis) start() {
	r.t.Helper()
	_, port, err := net.SplitHostPort(r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", r.dir,
		"--logfile", filepath.Join(r.dir, "log"))
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	if !eventually(r.t.Context(), 10*time.Second, func() bool { return r.say("PING") == "+PONG" }) {
		log, _ := os.ReadFile(filepath.Join(r.dir, "log"))
		r.t.Fatalf("redis-server does not answer: %s", log)
	}
}

func (r *redis) stop() {
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
