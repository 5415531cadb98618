package ical

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxOccurrences is how many times one event may happen within the window: once
// a day for more than a year, and some.
const MaxOccurrences = 750

// Window is the time within which repeating events are unrolled.
type Window struct{ From, To time.Time }

// Occurrence is one time that an event happens.
type Occurrence struct {
	// ID tells the occurrences of one object apart: "" when there can only be one,
	// else the moment at which the rule puts it, even when it was moved.
	ID     string
	Start  time.Time // of a whole day: midnight UTC
	End    time.Time // exclusive; zero when the event has none
	AllDay bool
	Zone   string // IANA name, or "" when it is not known
	// Part is the VEVENT that describes it, Master the one with the rule; they are
	// the same unless this occurrence was changed by itself.
	Part, Master *Component
}

// Repeats reports whether the object unrolls differently as time goes by.
func Repeats(cal *Component) bool {
	for _, part := range cal.Parts {
		if part.Name == "VEVENT" && part.Value("RRULE") != "" {
			return true
		}
	}
	return false
}

// Occurrences unrolls the events of an object. What does not repeat is there
// whatever the window. Errors are sentences for an administrator; the events
// that they are not about are unrolled all the same.
func Occurrences(cal *Component, floating *time.Location, w Window) ([]Occurrence, []error) {
	z := zonesOf(cal, floating)
	var order []string
	events := map[string][]*Component{}
	for _, part := range cal.Parts {
		if part.Name != "VEVENT" {
			continue
		}
		uid := part.Value("UID")
		if events[uid] == nil {
			order = append(order, uid)
		}
		events[uid] = append(events[uid], part)
	}
	var out []Occurrence
	var problems []error
	for n, uid := range order {
		got, err := z.unroll(events[uid], w)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		for i := range got {
			if len(order) > 1 { // against the rules of CalDAV, and seen
				got[i].ID = strings.TrimSuffix(fmt.Sprintf("%d.%s", n, got[i].ID), ".")
			}
		}
		out = append(out, got...)
	}
	return out, problems
}

// unroll lists the occurrences of one event: those of its rule, with those that
// were changed by themselves in their places.
func (z *zones) unroll(parts []*Component, w Window) ([]Occurrence, error) {
	master, changed, err := z.apart(parts)
	if err != nil {
		return nil, err
	}
	var out []Occurrence
	if master != nil {
		if out, err = z.series(master, w); err != nil {
			return nil, err
		}
	}
	for i, o := range out {
		if other, ok := changed[o.ID]; ok {
			other.Master = master
			out[i] = other
			delete(changed, o.ID)
		}
	}
	for _, o := range changed {
		if o.Master = master; master == nil {
			o.Master = o.Part // invited to this one only
		} else if o.Start.Before(w.From) || o.Start.After(w.To) {
			continue
		}
		out = append(out, o)
	}
	if len(out) > MaxOccurrences {
		return nil, fmt.Errorf("It happens more than %d times within the time that is shown.", MaxOccurrences)
	}
	slices.SortFunc(out, func(a, b Occurrence) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// apart tells the VEVENT with the rule, or nil, from occurrences that were changed
// by themselves.
func (z *zones) apart(parts []*Component) (master *Component, changed map[string]Occurrence, err error) {
	changed = map[string]Occurrence{}
	for _, part := range parts {
		at, ok := part.Get("RECURRENCE-ID")
		if !ok {
			if master != nil {
				return nil, nil, errors.New("It holds the same event twice.")
			}
			master = part
			continue
		}
		if at.Param("RANGE") != "" {
			return nil, nil, errors.New("It changes all later repetitions at once (RANGE), which is not understood.")
		}
		m, err := z.moment(at, at.Value)
		if err != nil {
			return nil, nil, err
		}
		o, err := z.single(part)
		if err != nil {
			return nil, nil, err
		}
		o.ID = idOf(m)
		changed[o.ID] = o
	}
	return master, changed, nil
}

// idOf names an occurrence by the moment that the rule gives it.
func idOf(m moment) string {
	if m.day {
		return m.wall.Format("20060102")
	}
	return m.instant().Format("20060102T150405Z")
}

// series lists the occurrences of a master.
func (z *zones) series(master *Component, w Window) ([]Occurrence, error) {
	first, err := z.single(master)
	if err != nil {
		return nil, err
	}
	rules, dates := master.All("RRULE"), master.All("RDATE")
	if len(rules)+len(dates) == 0 {
		return []Occurrence{first}, nil
	}
	if len(rules) > 1 || len(master.All("EXRULE")) > 0 {
		return nil, errors.New("It has more than one rule of repetition, which is not understood.")
	}
	start, _ := master.Get("DTSTART")
	begin, err := z.moment(start, start.Value)
	if err != nil {
		return nil, err
	}
	moments, err := z.moments(master, begin, w)
	if err != nil {
		return nil, err
	}
	var out []Occurrence
	seen := map[string]bool{}
	for _, m := range moments {
		o := first
		if o.ID = idOf(m); seen[o.ID] {
			continue
		}
		seen[o.ID] = true
		o.Start = m.instant()
		if o.End, err = z.end(master, m, begin); err != nil {
			return nil, err
		}
		if last := maxTime(o.Start, o.End); last.Before(w.From) || o.Start.After(w.To) {
			continue
		}
		out = append(out, o)
	}
	return out, nil
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// moments lists when a series begins: its first time, those of the rule, those
// that were added, without those that were taken out.
func (z *zones) moments(master *Component, begin moment, w Window) ([]moment, error) {
	out := []moment{begin}
	margin := 40 * 24 * time.Hour // an occurrence that began earlier may still go on
	from, to := begin.zone.wall(w.From.Add(-margin)), begin.zone.wall(w.To.Add(24*time.Hour))
	if text := master.Value("RRULE"); text != "" {
		r, err := parseRule(text)
		if err != nil {
			return nil, err
		}
		walls, err := r.walls(begin.wall, from, to, 2*MaxOccurrences)
		if err != nil {
			return nil, err
		}
		for _, wall := range walls {
			if m := begin.at(wall); !r.over(m.instant()) {
				out = append(out, m)
			}
		}
	}
	added, err := z.dates(master.All("RDATE"))
	if err != nil {
		return nil, err
	}
	taken, err := z.dates(master.All("EXDATE"))
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, m := range taken {
		gone[idOf(m)] = true
	}
	return slices.DeleteFunc(append(out, added...), func(m moment) bool { return gone[idOf(m)] }), nil
}

// dates reads RDATE or EXDATE. Of a period only the beginning counts.
func (z *zones) dates(props []Prop) ([]moment, error) {
	var out []moment
	for _, p := range props {
		for value := range strings.SplitSeq(p.Value, ",") {
			value, _, _ = strings.Cut(value, "/")
			m, err := z.moment(p, value)
			if err != nil {
				return nil, err
			}
			if out = append(out, m); len(out) > 5000 {
				return nil, fmt.Errorf("Its %s names too many dates.", p.Name)
			}
		}
	}
	return out, nil
}

// single reads a VEVENT as one occurrence, whatever rule it has.
func (z *zones) single(part *Component) (Occurrence, error) {
	start, ok := part.Get("DTSTART")
	if !ok {
		return Occurrence{}, errors.New("It has no DTSTART.")
	}
	m, err := z.moment(start, start.Value)
	if err != nil {
		return Occurrence{}, err
	}
	o := Occurrence{Start: m.instant(), AllDay: m.day, Part: part, Master: part}
	if !m.day {
		o.Zone = m.zone.name
	}
	o.End, err = z.end(part, m, m)
	return o, err
}

// end is when an occurrence that begins at m ends, of an event that first began
// at first. Both are moved on the wall, so that an hour stays what it was.
func (z *zones) end(part *Component, m, first moment) (time.Time, error) {
	if p, ok := part.Get("DTEND"); ok {
		last, err := z.moment(p, p.Value)
		if err != nil {
			return time.Time{}, err
		}
		if last.day != first.day {
			return time.Time{}, errors.New("It begins with a date and ends with a time, or the other way round.")
		}
		end := last.at(last.wall.Add(m.wall.Sub(first.wall))).instant()
		switch {
		case end.Before(m.instant()):
			return time.Time{}, errors.New("It ends before it begins.")
		case end.Equal(m.instant()) && m.day:
			return end.AddDate(0, 0, 1), nil // some programs mean the day itself
		}
		return end, nil
	}
	if p, ok := part.Get("DURATION"); ok {
		days, rest, err := duration(p.Value)
		if err != nil {
			return time.Time{}, err
		}
		return m.at(m.wall.AddDate(0, 0, days)).instant().Add(rest), nil
	}
	if m.day {
		return m.wall.AddDate(0, 0, 1), nil
	}
	return time.Time{}, nil
}
