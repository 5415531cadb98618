package words

import (
	"fmt"
	"strings"
	"time"
)

const day = 24 * time.Hour

// in returns t in the reader's zone.
func (r Reader) in(t time.Time) time.Time {
	if r.Zone == nil {
		return t.UTC()
	}
	return t.In(r.Zone)
}

// midnight returns the start of t's day in the reader's zone, as a day number that
// can be subtracted.
func (r Reader) midnight(t time.Time) time.Time {
	y, m, d := r.in(t).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// DayOf returns the day of t in the reader's zone, as midnight UTC.
func (r Reader) DayOf(t time.Time) time.Time { return r.midnight(t) }

// days counts calendar days from now to t in the reader's zone; yesterday is -1.
func (r Reader) days(t time.Time) int { return int(r.midnight(t).Sub(r.midnight(r.Now)) / day) }

// Hour returns the hour of the day, 0 to 23.
func (r Reader) Hour(t time.Time) int { return r.in(t).Hour() }

// Clock writes the time of day: "17:04".
func (r Reader) Clock(t time.Time) string { return r.in(t).Format("15:04") }

// Second writes the time of day to the second: "17:04:12".
func (r Reader) Second(t time.Time) string { return r.in(t).Format("15:04:05") }

// Day writes a date: "Thu 20 Nov", with the year when it is another one.
func (r Reader) Day(t time.Time) string {
	at := r.in(t)
	if at.Year() != r.in(r.Now).Year() {
		return at.Format("2 Jan 2006")
	}
	return at.Format("Mon 2 Jan")
}

// Date writes a date without its weekday: "20 Nov 2026".
func (r Reader) Date(t time.Time) string { return r.in(t).Format("2 Jan 2006") }

// Calendar writes a date that has no time of day and no zone (a warranty's last
// day), stored as midnight UTC.
func (r Reader) Calendar(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// Weekday writes the name of the day of such a date: "Monday".
func (r Reader) Weekday(t time.Time) string { return t.UTC().Format("Monday") }

// ShortDay writes such a date without its year: "30 Nov".
func (r Reader) ShortDay(t time.Time) string { return t.UTC().Format("2 Jan") }

// LongDate writes such a date in full: "Thursday 19 November 2026".
func (r Reader) LongDate(t time.Time) string { return t.UTC().Format("Monday 2 January 2006") }

// Month writes the month of such a date: "November 2026".
func (r Reader) Month(t time.Time) string { return t.UTC().Format("January 2006") }

// ZoneName is the name of the reader's time zone: "Europe/Berlin".
func (r Reader) ZoneName() string {
	if r.Zone == nil {
		return time.UTC.String()
	}
	return r.Zone.String()
}

// LongDay writes a date in full: "Thursday 19 November 2026".
func (r Reader) LongDay(t time.Time) string { return r.in(t).Format("Monday 2 January 2006") }

// Moment writes a date and time as short as it can be told apart: "today, 09:04",
// "Tue 17 Nov, 14:26", "3 Feb 2025, 08:00".
func (r Reader) Moment(t time.Time) string {
	switch r.days(t) {
	case 0:
		return r.T("time.today", r.Clock(t))
	case -1:
		return r.T("time.yesterday", r.Clock(t))
	case 1:
		return r.T("time.tomorrow", r.Clock(t))
	default:
		at := r.in(t)
		if at.Year() != r.in(r.Now).Year() {
			return at.Format("2 Jan 2006, 15:04")
		}
		return at.Format("Mon 2 Jan, 15:04")
	}
}

// Brief writes the time of day on the day itself, else the date with it.
func (r Reader) Brief(t time.Time) string {
	if r.days(t) == 0 {
		return r.Clock(t)
	}
	return r.Moment(t)
}

// Exact writes the whole moment with its zone: "19 Nov 2026, 08:10:22 CET".
func (r Reader) Exact(t time.Time) string { return r.in(t).Format("2 Jan 2006, 15:04:05 MST") }

// Since writes since when: "since 09:05" today, else "since 17 Nov".
func (r Reader) Since(t time.Time) string {
	if r.days(t) == 0 {
		return r.With("time.since", r.Clock(t))
	}
	if r.in(t).Year() != r.in(r.Now).Year() {
		return r.With("time.since", r.Date(t))
	}
	return r.With("time.since", r.in(t).Format("2 Jan"))
}

// Ago writes an age: "just now", "2 min ago", "5 h ago", "yesterday", "12 days ago".
// A moment in the future (clocks differ) is just now.
func (r Reader) Ago(t time.Time) string {
	age := r.Now.Sub(t)
	switch {
	case age < time.Minute:
		return r.T("ago.now")
	case age < time.Hour:
		return r.T("ago.minutes", int(age/time.Minute))
	case age < day:
		return r.T("ago.hours", int(age/time.Hour))
	case age < 2*day:
		return r.T("ago.yesterday")
	default:
		return r.T("ago.days", int(age/day))
	}
}

// AgoWords returns the texts that Ago uses, for the script that keeps ages fresh:
// now, minutes, hours, days and yesterday, parted by "|".
func (r Reader) AgoWords() string {
	keys := []string{"ago.now", "ago.minutes", "ago.hours", "ago.days", "ago.yesterday"}
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = r.T(key)
	}
	return strings.Join(texts, "|")
}

// Span writes a duration in its two largest units: "1 d 4 h", "15 min".
func (r Reader) Span(d time.Duration) string {
	days, hours, minutes := int(d/day), int(d%day/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case days > 0 && hours > 0:
		return r.T("span.days.hours", days, hours)
	case days > 0:
		return r.T("span.days", days)
	case hours > 0 && minutes > 0:
		return r.T("span.hours.minutes", hours, minutes)
	case hours > 0:
		return r.T("span.hours", hours)
	default:
		return r.T("span.minutes", max(minutes, 1))
	}
}

// Size writes bytes in decimal units, one digit below ten: "14 kB", "2.5 MB".
func (r Reader) Size(bytes int64) string {
	units := []string{"B", "kB", "MB", "GB"}
	n, unit := float64(bytes), 0
	for n >= 1000 && unit < len(units)-1 {
		n /= 1000
		unit++
	}
	if unit > 0 && n < 9.95 {
		return fmt.Sprintf("%.1f %s", n, units[unit])
	}
	return fmt.Sprintf("%.0f %s", n, units[unit])
}

// Today is the reader's date as dates without a time of day are kept: midnight UTC.
func (r Reader) Today() time.Time { return r.midnight(r.Now) }
