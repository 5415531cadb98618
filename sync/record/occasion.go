package record

import (
	"cmp"
	"slices"
	"time"
)

// What names what an occasion is.
type What string

// What can stand in a calendar.
const (
	WhatEvent   What = "event"
	WhatRenewal What = "renewal" // a contract renews by itself
	WhatNotice  What = "notice"  // the last day to give notice of a contract
	WhatEnd     What = "end"     // the last day of a contract
	WhatInvoice What = "invoice" // the last day to pay
	WhatProject What = "project" // the day on which a project is to be done
)

// Occasion is a day, or a span of time, that a record names. Of whole days Start
// and End are midnight UTC and mean the same day everywhere; otherwise they are
// moments. End is exclusive, and zero for a moment without an end.
type Occasion struct {
	What       What
	Start, End time.Time
	AllDay     bool
	Detail     Detail
}

// Window is the days from From to before Until, each midnight UTC, as somebody in
// Zone counts them.
type Window struct {
	From, Until time.Time
	Zone        *time.Location
}

// Moments are when the window begins and ends.
func (w Window) Moments() (from, until time.Time) { return w.midnight(w.From), w.midnight(w.Until) }

func (w Window) midnight(day time.Time) time.Time {
	zone := w.Zone
	if zone == nil {
		zone = time.UTC
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
}

// Holds reports whether any part of an occasion is in the window.
func (w Window) Holds(o Occasion) bool {
	from, until := w.Moments()
	if o.AllDay {
		from, until = w.From, w.Until
	}
	if !o.End.After(o.Start) { // without an end it is where it begins
		return !o.Start.Before(from) && o.Start.Before(until)
	}
	return o.Start.Before(until) && o.End.After(from)
}

const wholeDay = 24 * time.Hour

// Occasions are the days and spans that a record names; of what is over or was
// called off, only events, which happened or are crossed out.
func Occasions(d Detail) []Occasion {
	day := func(what What, at time.Time) Occasion {
		return Occasion{What: what, Start: at, End: at.Add(wholeDay), AllDay: true, Detail: d}
	}
	var out []Occasion
	switch b := d.Body.(type) {
	case Event:
		o := Occasion{What: WhatEvent, Start: b.Start, End: b.End, AllDay: b.AllDay, Detail: d}
		if b.AllDay && !b.End.After(b.Start) {
			o.End = b.Start.Add(wholeDay)
		}
		out = append(out, o)
	case Contract:
		out = append(out, day(WhatNotice, b.Notice), day(WhatRenewal, b.Renewal), day(WhatEnd, b.End))
	case Invoice:
		out = append(out, day(WhatInvoice, b.Due))
	case Project:
		out = append(out, day(WhatProject, b.Due))
	}
	return slices.DeleteFunc(out, func(o Occasion) bool {
		return o.Start.IsZero() || o.What != WhatEvent && !d.State.Open()
	})
}

// SortOccasions puts occasions in the order in which a day is lived in zone: whole
// days first, then by the moment, then by name.
func SortOccasions(list []Occasion, zone *time.Location) {
	w := Window{Zone: zone}
	whole := func(o Occasion) int {
		if o.AllDay {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b Occasion) int {
		return cmp.Or(w.begins(a).Compare(w.begins(b)), cmp.Compare(whole(a), whole(b)), cmp.Compare(a.Detail.Title, b.Detail.Title),
			cmp.Compare(a.What, b.What), cmp.Compare(a.Detail.ID.String(), b.Detail.ID.String()))
	})
}

func (w Window) begins(o Occasion) time.Time {
	if o.AllDay {
		return w.midnight(o.Start)
	}
	return o.Start
}
