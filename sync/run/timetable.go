package run

import (
	"fmt"
	"time"

	"portico/sync/fault"
)

// Bounds of an interval that a person chooses.
const (
	LeastEvery = time.Minute
	MostEvery  = 24 * time.Hour
)

// Timetable is what administrators chose about when a connection is read.
type Timetable struct {
	// Every is how often a stream is read, by its name; one that is not in it is read
	// as often as its connector asks for.
	Every map[string]time.Duration
	Quiet Quiet
}

// Check finds what cannot be. Its fields are "every." with the stream's name, and
// "quiet_from" and "quiet_until".
func (t Timetable) Check() error {
	out := fault.New(fault.Invalid, "This schedule cannot be. Please look at what is marked.")
	bad := false
	for stream, every := range t.Every {
		switch {
		case every < LeastEvery:
			out, bad = out.Field("every."+stream, "Once a minute is as often as it gets."), true
		case every > MostEvery:
			out, bad = out.Field("every."+stream, "Once a day (1440 minutes) is as seldom as it gets."), true
		}
	}
	for field, m := range map[string]int{"quiet_from": t.Quiet.From, "quiet_until": t.Quiet.Until} {
		if m < 0 || m >= minutesOfDay {
			out, bad = out.Field(field, "This is no time of day."), true
		}
	}
	if bad {
		return out
	}
	return nil
}

const minutesOfDay = 24 * 60

// Quiet are the hours in which nothing is read by schedule, from a minute of the day
// to another, which may lie on the next day. The same minute twice is no quiet hours.
type Quiet struct{ From, Until int }

// None reports whether there are no quiet hours.
func (q Quiet) None() bool { return q.From == q.Until }

// At reports whether a moment lies in the quiet hours, by the clocks of its own zone.
func (q Quiet) At(t time.Time) bool {
	m := MinuteOf(t)
	if q.From < q.Until {
		return q.From <= m && m < q.Until
	}
	return q.From > q.Until && (m >= q.From || m < q.Until)
}

// After is the moment itself, or the end of the quiet hours that it lies in. It goes
// minute by minute, because on two days of the year clocks show some minutes twice
// and others never.
func (q Quiet) After(t time.Time) time.Time {
	if !q.At(t) {
		return t
	}
	for t = t.Truncate(time.Minute); q.At(t); {
		t = t.Add(time.Minute)
	}
	return t
}

// MinuteOf is the minute of the day, by the clocks of the moment's own zone.
func MinuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

func (q Quiet) String() string {
	if q.None() {
		return ""
	}
	return Clock(q.From) + "–" + Clock(q.Until)
}

// Clock is a minute of the day as "22:00".
func Clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
