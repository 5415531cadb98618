//go:build faults

package faults_test

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// rounds is how often a scenario repeats itself: short in every commit's run,
// long where PORTICO_FAULT_ROUNDS names the percentage of the long form.
func rounds(short, long int) int {
	percent, err := strconv.Atoi(os.Getenv("PORTICO_FAULT_ROUNDS"))
	if err != nil || percent <= 0 {
		return short
	}
	return max(short, long*percent/100)
}

// trial is one scenario in one mode, and its line of the report.
type trial struct {
	*testing.T
	mode  mode
	line  *line
	began time.Time
	skew  time.Duration // how far the clock of its source is ahead
}

// outcome is what a trial measured.
type outcome struct {
	rounds  int
	asked   int // what clients were told is recorded
	lost    int
	doubled int
	foreign int // foreign or internal texts that somebody was shown
	note    string
}

// line is one line of the report.
type line struct {
	number, scenario string
	mode             mode
	long             bool // only in the long form: what it tries is tried otherwise in the short one

	said string // "" while it has not run
	took time.Duration
	outcome
}

// trials runs a scenario in every mode that the report plans for it, beside others.
func trials(t *testing.T, scenario string, run func(x *trial)) {
	t.Helper()
	t.Parallel()
	planned := 0
	for i := range plan {
		l := &plan[i]
		if l.scenario != scenario {
			continue
		}
		planned++
		if l.long && rounds(0, 1) == 0 {
			continue
		}
		t.Run(l.mode.name, func(t *testing.T) {
			t.Parallel()
			x := &trial{T: t, mode: l.mode, line: l, began: time.Now()}
			t.Cleanup(x.end)
			run(x)
		})
	}
	if planned == 0 {
		t.Errorf("the report has no line for %q", scenario)
	}
}

// report says what came out; a trial that fails is told as failed whatever it says.
func (x *trial) report(o outcome) {
	reporting.Lock()
	defer reporting.Unlock()
	x.line.outcome, x.line.said = o, "passed"
}

func (x *trial) end() {
	reporting.Lock()
	defer reporting.Unlock()
	x.line.took = time.Since(x.began)
	switch {
	case x.Failed():
		x.line.said = "FAILED"
	case x.Skipped():
		x.line.said = ""
	case x.line.said == "":
		x.line.said = "FAILED" // it ended without a word
	}
}

// reporting guards the plan while trials run beside each other.
var reporting sync.Mutex

// tell prints the table. What did not run is never told as passed.
func tell(w io.Writer, took time.Duration) {
	reporting.Lock()
	defer reporting.Unlock()
	fmt.Fprintf(w, "\n%-8s %-36s %-14s %-8s %6s %6s %5s %8s %8s %7s  %s\n",
		"number", "scenario", "mode", "result", "rounds", "asked", "lost", "doubled", "foreign", "took", "measured")
	passed, failed, missing := 0, 0, 0
	for _, l := range plan {
		row := fmt.Sprintf("%-8s %-36s %-14s", l.number, l.scenario, l.mode.name)
		switch l.said {
		case "":
			missing++
			if l.long {
				row += " (long form only)"
			}
			fmt.Fprintln(w, row, "not run")
			continue
		case "passed":
			passed++
		default:
			failed++
		}
		fmt.Fprintf(w, "%s %-8s %6d %6d %5d %8d %8d %7s  %s\n", row, l.said, l.rounds, l.asked, l.lost, l.doubled, l.foreign,
			l.took.Round(time.Second), strings.TrimSpace(l.note))
	}
	fmt.Fprintf(w, "took %s: %d passed, %d failed, %d not run\n", took.Round(time.Second), passed, failed, missing)
}
