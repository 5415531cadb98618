package calendar

import (
	"time"

	"portico/portal/ui"
	"portico/sync/record"
)

// entry is an occasion as a line says it.
type entry struct {
	record.Occasion
	Title string
	Href  string
	When  string // of its day: a time, or "all day"
	Brief string // the time at which it begins, "" for a whole day
	Off   bool   // was called off
}

// day is what happens on one day, midnight UTC.
type day struct {
	Day     time.Time
	Today   bool
	Entries []entry
}

// week is one row of a month.
type week []cell

// cell is one day of a month.
type cell struct {
	day
	Other bool // is of another month
	Href  string
	More  int // entries that the cell has no room for
}

// mostInCell is how many entries a day of a month has room for.
const mostInCell = 3

var subpaths = map[record.What]string{record.WhatEvent: "calendar/", record.WhatRenewal: "contracts/", record.WhatNotice: "contracts/",
	record.WhatEnd: "contracts/", record.WhatInvoice: "invoices/", record.WhatProject: "projects/"}

func newEntry(c *ui.Chrome, o record.Occasion, on time.Time) entry {
	e := entry{Occasion: o, Href: ui.AccountPath(o.Detail.Account) + subpaths[o.What] + o.Detail.ID.String(), When: when(c, o, on)}
	e.Title = name(c, o)
	if o.What == record.WhatEvent {
		e.Off = o.Detail.State == record.StateCancelled
	}
	if !o.AllDay && c.DayOf(o.Start).Equal(on) {
		e.Brief = c.Clock(o.Start)
	}
	return e
}

// name says what an occasion is.
func name(c *ui.Chrome, o record.Occasion) string {
	of := o.Detail.Title
	if o.What == record.WhatInvoice {
		of = o.Detail.Number
	}
	return c.T("calendar.what."+string(o.What), of)
}

// firstDay is the day on which an occasion begins, as the reader counts days.
func firstDay(c *ui.Chrome, o record.Occasion) time.Time {
	if o.AllDay {
		return o.Start
	}
	return c.DayOf(o.Start)
}

// lastDay is the day on which it ends; midnight belongs to the day before.
func lastDay(c *ui.Chrome, o record.Occasion) time.Time {
	switch {
	case !o.End.After(o.Start):
		return firstDay(c, o)
	case o.AllDay:
		return o.End.AddDate(0, 0, -1)
	default:
		return c.DayOf(o.End.Add(-time.Nanosecond))
	}
}

// when says at what time of a day an occasion is, and until when when that is
// another day.
func when(c *ui.Chrome, o record.Occasion, on time.Time) string {
	first, last := firstDay(c, o), lastDay(c, o)
	switch {
	case o.What != record.WhatEvent:
		return ""
	case o.AllDay && last.After(on):
		return c.T("calendar.day.until", c.Calendar(last))
	case o.AllDay:
		return c.T("calendar.day")
	case first.Equal(on) && !o.End.After(o.Start):
		return c.Clock(o.Start)
	case first.Equal(on) && last.Equal(on):
		return c.T("calendar.span", c.Clock(o.Start), c.Clock(o.End))
	case first.Equal(on):
		return c.T("calendar.span", c.Clock(o.Start), c.Moment(o.End))
	default:
		return c.T("calendar.until", c.Moment(o.End))
	}
}

// daysOf puts each occasion on its first day of the window; days without any are
// left out.
func daysOf(c *ui.Chrome, list []record.Occasion, w record.Window) []day {
	var out []day
	for at := w.From; at.Before(w.Until); at = at.AddDate(0, 0, 1) {
		d := day{Day: at, Today: at.Equal(c.DayOf(c.Now))}
		for _, o := range list {
			first := firstDay(c, o)
			if first.Equal(at) || at.Equal(w.From) && first.Before(at) && !lastDay(c, o).Before(at) {
				d.Entries = append(d.Entries, newEntry(c, o, at))
			}
		}
		if len(d.Entries) > 0 {
			out = append(out, d)
		}
	}
	return out
}

// weeksOf puts each occasion on all its days.
func weeksOf(c *ui.Chrome, list []record.Occasion, w record.Window, month time.Time) []week {
	var out []week
	for at := w.From; at.Before(w.Until); at = at.AddDate(0, 0, 1) {
		if at.Weekday() == time.Monday {
			out = append(out, nil)
		}
		x := cell{day: day{Day: at, Today: at.Equal(c.DayOf(c.Now))}, Other: at.Month() != month.Month(),
			Href: filter{From: at.Format(time.DateOnly)}.address(listPath(c.Account.ID))}
		for _, o := range list {
			if !firstDay(c, o).After(at) && !lastDay(c, o).Before(at) {
				x.Entries = append(x.Entries, newEntry(c, o, at))
			}
		}
		if len(x.Entries) > mostInCell {
			x.More = len(x.Entries) - mostInCell + 1
			x.Entries = x.Entries[:mostInCell-1]
		}
		out[len(out)-1] = append(out[len(out)-1], x)
	}
	return out
}

// all is how many entries a day of a month has.
func (x cell) all() int { return len(x.Entries) + x.More }
