package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/run"
)

// errand is work for a process of its own, so that its processor time and its
// memory are nobody else's. It is handed over as a line of JSON.
type errand struct {
	Do      string // a key of errands
	Source  string // host:port of the invented source
	Records int
	Profile string // folder and name for profiles, or ""
	Address string // the floor's database

	Listen, Data, KeyFile, Redis string // a product's configuration
	Database                     config.Database
	Workers                      int
	Connections                  []record.ConnectionID // whose budgets have no limits
	Everything                   bool
}

// outcome is what an errand came to.
type outcome struct {
	Counts run.Counts
	Took   time.Duration // of the work itself
	Own    time.Duration // processor time, start of the process included
	Peak   float64       // memory, MiB
}

func (o outcome) rate() float64 { return perSecond(o.Counts.Read, o.Took) }

// errands are what a process of its own can do. What they return is written as
// one line of JSON; one that serves says first that it is ready, and where.
var errands map[string]func(ctx context.Context, e errand, ready func(string)) (run.Counts, time.Duration, error)

func init() {
	errands = map[string]func(context.Context, errand, func(string)) (run.Counts, time.Duration, error){
		"pull": errandPull, "work": errandWork, "floor": errandFloor, "receive": errandReceive,
	}
}

// serveErrand reads an errand, does it and writes what it came to. It ends when
// standard input does, so that it never outlives the bench.
func serveErrand(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var e errand
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		cancel()
	}()
	stop, err := profileTo(e.Profile)
	if err != nil {
		return err
	}
	counts, took, err := errands[e.Do](ctx, e, func(address string) { fmt.Fprintln(out, address) })
	stop()
	if err != nil {
		return fmt.Errorf("%s: %w", e.Do, err)
	}
	peak, err := memory(os.Getpid(), "VmHWM")
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(outcome{counts, took, spent(), peak})
}

// helper is a process that does an errand.
type helper struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func begin(ctx context.Context, e errand) (*helper, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	h := &helper{cmd: exec.CommandContext(ctx, self, "-errand")} // #nosec G204 -- ourselves
	h.cmd.Stderr = os.Stderr
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	h.out = bufio.NewReader(out)
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	_, err = h.in.Write(append(line, '\n'))
	return h, err
}

// ready waits until one that serves does, and returns where.
func (h *helper) ready() (string, error) {
	line, err := h.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

// end waits for what the errand came to; stop calls it off first.
func (h *helper) end(stop bool) (o outcome, err error) {
	if stop {
		_ = h.in.Close()
	}
	line, err := h.out.ReadBytes('\n')
	_ = h.in.Close()
	if failed := h.cmd.Wait(); failed != nil {
		return o, errors.Join(errors.New("an errand failed"), failed)
	}
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(line, &o)
}

// send is begin and end.
func send(ctx context.Context, e errand) (outcome, error) {
	h, err := begin(ctx, e)
	if err != nil {
		return outcome{}, err
	}
	return h.end(false)
}

// errand is one with the product's configuration.
func (p *product) errand(do string) errand {
	return errand{Do: do, Listen: p.cfg.Listen, Data: p.cfg.Data, KeyFile: p.cfg.KeyFile, Redis: p.cfg.Redis, Database: p.cfg.Database,
		Connections: p.connections, Workers: p.cfg.Jobs.Workers}
}

func (e errand) app() *app.App {
	cfg := config.Defaults()
	cfg.Listen, cfg.Data, cfg.KeyFile, cfg.Redis, cfg.Database, cfg.Jobs.Workers = e.Listen, e.Data, e.KeyFile, e.Redis, e.Database, e.Workers
	a := app.New(cfg, slog.New(slog.DiscardHandler))
	for _, id := range e.Connections {
		a.SetBudget(id, rest.NewBudget(rest.Limit{}, time.Now))
	}
	return a
}

// errandPull reads the tickets of the source and checks that none was set aside.
func errandPull(ctx context.Context, e errand, _ func(string)) (run.Counts, time.Duration, error) {
	a := e.app()
	if _, err := a.Connections(ctx); err != nil { // what a long-lived process has open
		return run.Counts{}, 0, err
	}
	begin := time.Now()
	runs, err := a.Pull(ctx, bulkName, []string{"tickets"}, e.Everything, nil)
	took := time.Since(begin)
	if err != nil {
		return run.Counts{}, took, err
	}
	c := runs[0].Counts
	if c.Read != e.Records || c.Rejected > 0 || c.Unmatched > 0 {
		return c, took, fmt.Errorf("the pull is not whole: %+v", c)
	}
	return c, took, a.Close()
}

// errandWork works until it is called off.
func errandWork(ctx context.Context, e errand, ready func(string)) (run.Counts, time.Duration, error) {
	begin := time.Now()
	err := e.app().Work(ctx, writer(func(line string) { ready(line) }))
	return run.Counts{}, time.Since(begin), err
}

// writer hands over what is written, line by line.
type writer func(line string)

// Write implements io.Writer.
func (w writer) Write(p []byte) (int, error) {
	w(strings.TrimSpace(string(p)))
	return len(p), nil
}

// memory is a figure of a process's memory in MiB (Linux, proc(5)): VmRSS is
// what it holds, VmHWM the most that it ever held.
func memory(pid int, figure string) (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, figure+":"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("the system does not tell how much memory a process holds")
}
