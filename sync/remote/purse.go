package remote

import (
	"math"
	"time"
)

// Pace is how many requests a system bears, whoever asks. Zero fields do not
// limit.
type Pace struct{ PerSecond, PerMinute, PerDay float64 }

// Stale is how long what was taken out of a Purse may be spent. What is not
// spent by then is lost, so that no process sits on what another could use.
const Stale = 250 * time.Millisecond

// Purse is a budget of requests that several processes take from: for each
// window the moment at which everything taken is paid off (the generic cell rate
// algorithm), and until when the system asked for silence. The zero value is a
// full purse. It knows no clock: whoever keeps it says what time it is, and it
// must be the same clock for all.
type Purse struct {
	Second, Minute, Day time.Time
	Held                time.Time
}

// Take takes up to want requests and returns how many, or, when there are none,
// after how long to ask again. Background work leaves an eighth of a burst to
// actions. In no span of time is more spent than the pace allows for it, and one
// second's, a sixth of a minute's or an hour's worth at once.
func (p *Purse) Take(pace Pace, class Class, want int, now time.Time) (n int, wait time.Duration) {
	if wait := p.Held.Sub(now); wait > 0 {
		return 0, wait
	}
	second := window{paid: &p.Second, rate: pace.PerSecond, burst: pace.PerSecond}
	minute := window{paid: &p.Minute, rate: pace.PerMinute / 60, burst: pace.PerMinute / 6}
	day := window{paid: &p.Day, rate: pace.PerDay / 86400, burst: pace.PerDay / 24, keeps: true}
	n = want
	for _, w := range []window{second, minute, day} {
		room, after := w.room(class, now)
		n = min(n, room)
		wait = max(wait, after)
	}
	if n <= 0 {
		return 0, max(wait, time.Millisecond)
	}
	second.spend(n, now)
	minute.spend(n, now)
	day.spend(n, now)
	return n, 0
}

// Hold lets nothing be taken for a while. A shorter one does not shorten it.
func (p *Purse) Hold(d time.Duration, now time.Time) {
	if until := now.Add(d); until.After(p.Held) {
		p.Held = until
	}
}

// window is one of the limits: so many a second in the long run, and a burst.
type window struct {
	paid  *time.Time
	rate  float64 // per second; 0 is no limit
	burst float64
	keeps bool // the share of actions from pulls that are overdue, too
}

func (w window) each() time.Duration { return time.Duration(float64(time.Second) / w.rate) }

// room is how many there are, or after how long there is one.
func (w window) room(class Class, now time.Time) (int, time.Duration) {
	if w.rate <= 0 {
		return math.MaxInt32, 0
	}
	// What is taken may be spent a little later, on top of what is taken then.
	most := max(1, math.Floor(w.burst-w.rate*Stale.Seconds()))
	if (class == Background || class == Overdue && w.keeps) && most >= 2 {
		most -= max(1, math.Floor(most/8))
	}
	owed := max(0, w.paid.Sub(now))
	free := time.Duration(most)*w.each() - owed
	if free < w.each() {
		return 0, w.each() - free
	}
	return int(free / w.each()), 0
}

func (w window) spend(n int, now time.Time) {
	if w.rate <= 0 {
		return
	}
	from := *w.paid
	if from.Before(now) {
		from = now
	}
	*w.paid = from.Add(time.Duration(n) * w.each()).Round(time.Microsecond)
}
