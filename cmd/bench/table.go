package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// table collects the lines as they are measured.
type table struct{ lines []line }

// line is one comparison. Goal and Met are about Value, whatever it is.
type line struct {
	name, work     string
	product, floor string // with their units
	value, goal    string
	met, absent    bool // absent: nothing was measured
	note           string
}

func (t *table) add(l line) { t.lines = append(t.lines, l) }

// atLeast adds a comparison of two rates, of which the product should reach a share.
func (t *table) atLeast(name, work, unit string, product, floor, goal float64, note string) {
	t.add(line{
		name: name, work: work, product: fmt.Sprintf("%.0f %s", product, unit), floor: fmt.Sprintf("%.0f %s", floor, unit),
		value: fmt.Sprintf("%.0f %%", 100*product/floor), goal: fmt.Sprintf("≥ %.0f %%", 100*goal), met: product/floor >= goal, note: note,
	})
}

// atMost adds a figure that should stay below a bound.
func (t *table) atMost(name, work, unit string, got, bound float64, note string) {
	t.add(line{
		name: name, work: work, product: fmt.Sprintf("%.1f %s", got, unit), floor: "–",
		value: fmt.Sprintf("%.1f %s", got, unit), goal: fmt.Sprintf("≤ %.0f %s", bound, unit), met: got <= bound, note: note,
	})
}

// times adds a comparison of which the product may need so many times as much.
func (t *table) times(name, work, unit string, product, floor, most float64, note string) {
	t.add(line{
		name: name, work: work, product: fmt.Sprintf("%.0f %s", product, unit), floor: fmt.Sprintf("%.0f %s", floor, unit),
		value: fmt.Sprintf("%.2f ×", product/floor), goal: fmt.Sprintf("≤ %.4g ×", most), met: product <= most*floor, note: note,
	})
}

// notRun says that a measurement lacks what it needs. It is not passed then.
func (t *table) notRun(l line, lacks []string) {
	l.product, l.floor, l.value, l.absent, l.note = "–", "–", "–", true, strings.Join(lacks, "; ")
	t.add(l)
}

func (t *table) print(w io.Writer) {
	out := tabwriter.NewWriter(w, 2, 4, 2, ' ', 0)
	fmt.Fprintln(out, "\t\tproduct\tfloor\t\tgoal\t\t")
	for _, l := range t.lines {
		met := "missed"
		switch {
		case l.absent:
			met = "not run"
		case l.met:
			met = "met"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.name, l.work, l.product, l.floor, l.value, l.goal, met, l.note)
	}
	_ = out.Flush()
}
