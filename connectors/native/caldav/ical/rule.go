package ical

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

var (
	untilInstant = regexp.MustCompile(`UNTIL=[0-9]{8}T[0-9]{6}Z`)
	untilDay     = regexp.MustCompile(`UNTIL=[0-9]{8}(;|$)`)
)

// maxRule is how many characters an RRULE may have. Real ones have fifty.
const maxRule = 500

// rule is a recurrence rule on the wall clock. Its end in UTC is kept apart,
// because rule and end may be told in different zones.
type rule struct {
	option rrule.ROption
	count  int
	until  time.Time // wall, or an instant when inUTC
	inUTC  bool
}

// parseRule refuses what nobody means and what would take for ever to unroll.
func parseRule(text string) (rule, error) {
	if len(text) > maxRule {
		return rule{}, errors.New("Its RRULE is too long.")
	}
	text = strings.ToUpper(strings.Trim(text, "; "))
	o, err := rrule.StrToROption(text)
	if err != nil {
		return rule{}, fmt.Errorf("Its RRULE cannot be read: %.100s.", err.Error())
	}
	switch o.Freq {
	case rrule.HOURLY, rrule.MINUTELY, rrule.SECONDLY:
		return rule{}, errors.New("It repeats every hour or more often.")
	}
	if len(o.Byeaster) > 0 {
		return rule{}, errors.New("Its RRULE has a part that iCalendar does not know.")
	}
	if len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) > 24 {
		return rule{}, errors.New("It repeats too many times a day.")
	}
	r := rule{option: *o, count: o.Count, until: o.Until}
	r.inUTC = untilInstant.MatchString(text)
	if untilDay.MatchString(text) { // the day itself still counts
		r.until = r.until.Add(24*time.Hour - time.Second)
	}
	r.option.Until = time.Time{}
	return r, nil
}

// walls lists the beginnings from from to to, at most most of them. One more
// than that is an error.
func (r rule) walls(start, from, to time.Time, most int) (out []time.Time, err error) {
	defer func() {
		if recover() != nil { // the library trips over some rules that nobody means
			out, err = nil, errors.New("Its RRULE cannot be unrolled.")
		}
	}()
	o := r.option
	o.Dtstart, o.Until = start, to
	if !r.until.IsZero() {
		end := r.until
		if r.inUTC {
			end = end.Add(24 * time.Hour) // the caller drops what is later as an instant
		}
		if end.Before(o.Until) {
			o.Until = end
		}
	}
	if o.Until.Before(start) {
		return nil, nil
	}
	o.Dtstart, o.Until = o.Dtstart.AddDate(shift, 0, 0), o.Until.AddDate(shift, 0, 0)
	made, err := rrule.NewRRule(o)
	if err != nil {
		return nil, fmt.Errorf("Its RRULE cannot be read: %.100s.", err.Error())
	}
	next := made.Iterator()
	for n := 0; ; n++ {
		wall, ok := next()
		wall = wall.AddDate(-shift, 0, 0)
		if !ok || wall.After(to) {
			return out, nil
		}
		if n > maxSteps {
			return nil, errors.New("It repeats too often.")
		}
		if wall.Before(from) {
			continue
		}
		if out = append(out, wall); len(out) > most {
			return nil, fmt.Errorf("It repeats more than %d times within the time that is shown.", most)
		}
	}
}

// shift is how many years a rule is moved ahead while it is unrolled. The calendar
// is the same every 400 years. A rule that never applies (30 February) is searched
// until the year 9999, and this leaves some centuries of it instead of eighty.
const shift = 19 * 400

// maxSteps is how many repetitions are gone through: three centuries of days.
const maxSteps = 120_000

// over reports whether an instant is after the end of the rule.
func (r rule) over(at time.Time) bool {
	return r.inUTC && !r.until.IsZero() && at.After(r.until)
}
