package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"
)

// inTurn runs product and floor in turn and returns the medians of what they
// report. A round gets its number, for names of its own.
func inTurn(ctx context.Context, rounds int, product, floor func(round int) (float64, error)) (p, f float64, err error) {
	var ps, fs []float64
	for i := range max(1, rounds) {
		for _, one := range []struct {
			run func(int) (float64, error)
			out *[]float64
		}{{product, &ps}, {floor, &fs}} {
			if err := ctx.Err(); err != nil {
				return 0, 0, err
			}
			v, err := one.run(i)
			if err != nil {
				return 0, 0, err
			}
			*one.out = append(*one.out, v)
		}
	}
	return median(ps), median(fs), nil
}

func median(v []float64) float64 { return quantile(v, .5) }

// quantile returns the value below which the share q lies (nearest rank).
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(v))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// spent is how much processor time this process has used. On a machine that
// others share it says more than the time that passed.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// meter adds up the processor time of several rounds.
type meter struct {
	begun, total time.Duration
	n            int
}

func (m *meter) begin()    { m.begun = spent() }
func (m *meter) end(n int) { m.add(spent()-m.begun, n) }

func (m *meter) add(took time.Duration, n int) { m.total, m.n = m.total+took, m.n+n }

// each is the processor time of one of n, in microseconds.
func (m *meter) each() float64 { return float64(m.total.Microseconds()) / float64(max(1, m.n)) }

// cost says in words what both sides spent.
func cost(product, floor *meter, what string) string {
	return fmt.Sprintf("own CPU %.0f against %.0f µs a %s (%.1f ×)", product.each(), floor.each(), what, product.each()/floor.each())
}

// perSecond is a rate.
func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// profile writes a CPU profile until the function it returns is called.
func (s settings) profile(name string) (stop func(), err error) { return profileTo(s.profiled(name)) }

// profiled is where the profiles of a measurement go, or "".
func (s settings) profiled(name string) string {
	if s.profiles == "" {
		return ""
	}
	return filepath.Join(s.profiles, name)
}

func profileTo(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.Create(path + ".pprof")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
		if f, err := os.Create(path + ".allocs.pprof"); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(f, 0)
			_ = f.Close()
		}
	}, nil
}
