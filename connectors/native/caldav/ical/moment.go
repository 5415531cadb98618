package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// moment is a value of type DATE or DATE-TIME: what a clock on the wall of its
// zone shows, kept in UTC, and the zone.
type moment struct {
	wall time.Time
	day  bool // a date
	zone *zone
}

// instant is when it is.
func (m moment) instant() time.Time { return m.zone.instant(m.wall) }

// at returns the same kind of moment for another wall time.
func (m moment) at(wall time.Time) moment { m.wall = wall; return m }

// earliest and latest year that a calendar may speak of.
const (
	earliest = 1900
	latest   = 2200
)

// moment reads one value. Dates are midnight UTC.
func (z *zones) moment(p Prop, value string) (moment, error) {
	value = strings.TrimSpace(value)
	if p.Param("VALUE") == "DATE" || len(value) == 8 {
		at, err := time.Parse("20060102", value)
		return moment{wall: at, day: true, zone: universal}, sane(at, err, p.Name)
	}
	if utc, ok := strings.CutSuffix(value, "Z"); ok {
		at, err := time.Parse("20060102T150405", utc)
		return moment{wall: at, zone: universal}, sane(at, err, p.Name)
	}
	at, err := time.Parse("20060102T150405", value)
	if err := sane(at, err, p.Name); err != nil {
		return moment{}, err
	}
	where, err := z.find(p.Param("TZID"))
	return moment{wall: at, zone: where}, err
}

func sane(at time.Time, err error, name string) error {
	if err != nil {
		return fmt.Errorf("Its %.40s is no date or time.", name)
	}
	if at.Year() < earliest || at.Year() > latest {
		return fmt.Errorf("Its %.40s is in the year %d.", name, at.Year())
	}
	return nil
}

// duration reads a DURATION (section 3.3.6). Days are days on the wall.
func duration(value string) (days int, rest time.Duration, err error) {
	bad := errors.New("Its DURATION cannot be read.")
	s, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(value), "+"), "P")
	if !ok || s == "" {
		return 0, 0, bad
	}
	inTime, n, digits := false, 0, 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n, digits = n*10+int(r-'0'), digits+1
			if digits > 6 {
				return 0, 0, bad
			}
			continue
		}
		switch {
		case r == 'T' && digits == 0:
			inTime = true
			continue
		case digits == 0:
			return 0, 0, bad
		case r == 'W':
			days += 7 * n
		case r == 'D' && !inTime:
			days += n
		case r == 'H' && inTime:
			rest += time.Duration(n) * time.Hour
		case r == 'M' && inTime:
			rest += time.Duration(n) * time.Minute
		case r == 'S' && inTime:
			rest += time.Duration(n) * time.Second
		default:
			return 0, 0, bad
		}
		n, digits = 0, 0
	}
	if digits > 0 {
		return 0, 0, bad
	}
	return days, rest, nil
}
