package remote_test

import (
	"testing"
	"time"

	"portico/sync/remote"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestAPurseKeepsAShareForActions(t *testing.T) {
	t.Parallel()
	var p remote.Purse
	pace := remote.Pace{PerSecond: 20}
	pulls, _ := p.Take(pace, remote.Background, 100, noon)
	if n, wait := p.Take(pace, remote.Background, 1, noon); n != 0 || wait <= 0 {
		t.Errorf("pulls took %d more", n)
	}
	actions, _ := p.Take(pace, remote.Interactive, 100, noon)
	if pulls < 10 || actions < 1 || float64(pulls+actions) > pace.PerSecond {
		t.Errorf("pulls took %d, actions %d", pulls, actions)
	}
}

func TestPullsThatWaitTakeWhatAMomentKeepsAndNotWhatADayDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pace  remote.Pace
		taken bool
	}{"a second": {remote.Pace{PerSecond: 20}, true}, "a day": {remote.Pace{PerDay: 24 * 20}, false}} {
		var p remote.Purse
		if n, _ := p.Take(c.pace, remote.Background, 100, noon); n < 10 || n >= 20 {
			t.Fatalf("%s: pulls took %d", name, n)
		}
		if n, _ := p.Take(c.pace, remote.Overdue, 1, noon); (n == 1) != c.taken {
			t.Errorf("%s: a pull that has waited took %d", name, n)
		}
		if n, _ := p.Take(c.pace, remote.Interactive, 1, noon); n != 1 && !c.taken {
			t.Errorf("%s: nothing is left for an action", name)
		}
	}
}

func TestNoSpanSpendsMoreThanItsPace(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0.5, 1, 3, 20, 300} {
		var p remote.Purse
		var given []time.Time // when each was taken; it may be spent until Stale later
		for ms := 0; ms < 20_000; ms += 50 {
			now := noon.Add(time.Duration(ms) * time.Millisecond)
			n, _ := p.Take(remote.Pace{PerSecond: rate}, remote.Interactive, 50, now)
			for range n {
				given = append(given, now)
			}
		}
		for i := range given {
			for j := i; j < len(given); j++ {
				span := given[j].Sub(given[i]).Seconds() - remote.Stale.Seconds() // first spent late, last at once
				if most := max(1, rate) + rate*max(0, span) + 1; float64(j-i+1) > most && span > 0 {
					t.Fatalf("rate %v: %d within %.2f s", rate, j-i+1, span)
				}
			}
		}
		if want := 0.9 * 20 * rate; float64(len(given)) < want {
			t.Errorf("rate %v: only %d in 20 s", rate, len(given))
		}
	}
}

func TestAPurseSaysWhenToAskAgain(t *testing.T) {
	t.Parallel()
	var p remote.Purse
	pace := remote.Pace{PerMinute: 6}
	if n, _ := p.Take(pace, remote.Background, 3, noon); n != 1 {
		t.Fatalf("took %d", n)
	}
	n, wait := p.Take(pace, remote.Background, 3, noon)
	if n != 0 || wait != 10*time.Second {
		t.Fatalf("took %d, wait %s", n, wait)
	}
	if n, _ := p.Take(pace, remote.Background, 3, noon.Add(wait)); n != 1 {
		t.Errorf("took %d when it was told to", n)
	}
}
