//go:build faults

package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is the binary under test, built once from this tree.
var program string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "portico-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "portico")
	build := exec.Command("go", "build", "-o", program, "portico/cmd/portico")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	template.dir = filepath.Join(dir, "template")
	began := time.Now()
	code := m.Run()
	report.print(os.Stderr, time.Since(began))
	return code
}

// rounds is how often a scenario repeats itself: short in every commit's run,
// long where PORTICO_FAULT_ROUNDS names the percentage of the long form.
func rounds(short, long int) int {
	percent, err := strconv.Atoi(os.Getenv("PORTICO_FAULT_ROUNDS"))
	if err != nil || percent <= 0 {
		return short
	}
	return max(short, long*percent/100)
}

// outcome is one line of the report.
type outcome struct {
	scenario string
	rounds   int
	asked    int // what clients were told is recorded
	lost     int
	doubled  int
	foreign  int // foreign or internal texts that somebody was shown
	note     string
}

// table collects the outcomes of scenarios that run beside each other.
type table struct {
	mu   sync.Mutex
	rows []outcome
}

var report table

func (r *table) add(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, o)
}

func (r *table) print(w *os.File, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.rows, func(a, b outcome) int { return strings.Compare(a.scenario, b.scenario) })
	fmt.Fprintf(w, "\n%-28s %6s %6s %5s %8s %8s  %s\n", "scenario", "rounds", "asked", "lost", "doubled", "foreign", "measured")
	for _, o := range r.rows {
		fmt.Fprintf(w, "%-28s %6d %6d %5d %8d %8d  %s\n", o.scenario, o.rounds, o.asked, o.lost, o.doubled, o.foreign, o.note)
	}
	fmt.Fprintf(w, "took %s\n", took.Round(time.Second))
}
