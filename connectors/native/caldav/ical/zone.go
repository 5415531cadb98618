package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// zone turns what a wall clock shows into an instant.
type zone struct {
	name string         // IANA, or "" when only the file knows it
	loc  *time.Location // nil for a zone that the file defines
	sets []onset        // ascending
}

// onset is a moment at which the clock is set, by the wall before it.
type onset struct {
	wall   time.Time
	before time.Duration // ahead of UTC until then
	after  time.Duration // ahead of UTC from then on
}

var universal = &zone{loc: time.UTC, name: "UTC"}

func (z *zone) instant(wall time.Time) time.Time {
	if z.loc != nil {
		return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, z.loc).UTC()
	}
	n, found := slices.BinarySearchFunc(z.sets, wall, func(o onset, t time.Time) int { return o.wall.Compare(t) })
	if found {
		n++
	}
	if n == 0 {
		return wall.Add(-z.sets[0].before)
	}
	return wall.Add(-z.sets[n-1].after)
}

// wall is what the clock shows at an instant, to within an hour at a change.
func (z *zone) wall(at time.Time) time.Time {
	if z.loc != nil {
		_, offset := at.In(z.loc).Zone()
		return at.UTC().Add(time.Duration(offset) * time.Second)
	}
	guess := at.UTC().Add(-z.sets[0].before)
	return at.UTC().Add(guess.Sub(z.instant(guess)))
}

// zones are the time zones of one calendar object.
type zones struct {
	defined  map[string]*Component // VTIMEZONE by TZID
	floating *time.Location        // of times that name no zone
	known    map[string]*zone
}

func zonesOf(cal *Component, floating *time.Location) *zones {
	z := &zones{defined: map[string]*Component{}, floating: floating, known: map[string]*zone{}}
	for _, part := range cal.Parts {
		if part.Name == "VTIMEZONE" {
			z.defined[part.Value("TZID")] = part
		}
	}
	return z
}

// find returns the zone of a TZID. The public name wins over what the file says
// of it: rules of governments change, and files keep old ones.
func (z *zones) find(id string) (*zone, error) {
	if id == "" {
		return &zone{loc: z.floating, name: z.floating.String()}, nil
	}
	if known := z.known[id]; known != nil {
		return known, nil
	}
	found, err := z.make(id)
	if err == nil {
		z.known[id] = found
	}
	return found, err
}

func (z *zones) make(id string) (*zone, error) {
	def := z.defined[id]
	names := []string{id}
	if parts := strings.Split(id, "/"); len(parts) > 2 { // "/vendor.example/Europe/Berlin"
		names = append(names, strings.Join(parts[len(parts)-2:], "/"))
	}
	if def != nil {
		names = append(names, def.Value("X-LIC-LOCATION"))
	}
	for _, name := range names {
		if name == "" || name == "Local" {
			continue
		}
		if loc, err := time.LoadLocation(name); err == nil {
			return &zone{loc: loc, name: name}, nil
		}
	}
	if def == nil {
		return nil, fmt.Errorf("Its time zone %.60q is not known and it does not say what it is.", id)
	}
	sets, err := onsets(def)
	if err != nil {
		return nil, err
	}
	return &zone{sets: sets}, nil
}

// onsets lists when the clock of a VTIMEZONE is set (section 3.6.5).
func onsets(def *Component) ([]onset, error) {
	var out []onset
	for _, part := range def.Parts {
		if part.Name != "STANDARD" && part.Name != "DAYLIGHT" {
			continue
		}
		before, err1 := offset(part.Value("TZOFFSETFROM"))
		after, err2 := offset(part.Value("TZOFFSETTO"))
		start, err3 := time.Parse("20060102T150405", part.Value("DTSTART"))
		if err1 != nil || err2 != nil || err3 != nil {
			return nil, fmt.Errorf("Its time zone %.60q is not defined in full.", def.Value("TZID"))
		}
		walls := []time.Time{start}
		if rule := part.Value("RRULE"); rule != "" {
			walls, err1 = yearly(rule, start)
			if err1 != nil {
				return nil, err1
			}
		}
		for _, wall := range walls {
			out = append(out, onset{wall, before, after})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("Its time zone %.60q is not defined in full.", def.Value("TZID"))
	}
	slices.SortFunc(out, func(a, b onset) int { return a.wall.Compare(b.wall) })
	return out, nil
}

// yearly lists when a rule of a time zone applies. Such rules begin in 1601 in
// files of some programs; they are begun in the earliest year that matters.
func yearly(rule string, start time.Time) ([]time.Time, error) {
	r, err := parseRule(rule)
	if err != nil {
		return nil, err
	}
	if r.count == 0 && start.Year() < earliest {
		start = start.AddDate(earliest-start.Year(), 0, 0)
	}
	return r.walls(start, start, time.Date(latest, 1, 1, 0, 0, 0, 0, time.UTC), 2*(latest-earliest))
}

// offset reads a UTC-OFFSET, "+0100".
func offset(value string) (time.Duration, error) {
	for _, layout := range []string{"-0700", "-070000"} {
		if at, err := time.Parse(layout, value); err == nil {
			_, seconds := at.Zone()
			return time.Duration(seconds) * time.Second, nil
		}
	}
	return 0, fmt.Errorf("offset %.20q", value)
}
