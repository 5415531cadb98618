package home

import (
	"context"
	"slices"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// Days is what stands in the account's calendar.
type Days interface {
	Occasions(ctx context.Context, s access.Scope, account record.AccountID, w record.Window) ([]record.Occasion, []record.Freshness, error)
}

// calendar is where the calendar of the account is; "" when the reader has none.
func calendar(c *ui.Chrome) string {
	at := ui.AccountPath(c.Account.ID) + "calendar"
	if slices.ContainsFunc(c.Nav, func(i ui.NavItem) bool { return i.Href == at }) {
		return at
	}
	return ""
}

var subpaths = map[record.What]string{record.WhatEvent: "calendar/", record.WhatRenewal: "contracts/", record.WhatNotice: "contracts/",
	record.WhatEnd: "contracts/", record.WhatProject: "projects/"}

// occasions adds what is going to happen to the dates; what is to be paid stands
// among what needs the reader.
func (p *Pages) occasions(ctx context.Context, s access.Scope, v *homeView) error {
	if v.Calendar = calendar(v.Chrome); v.Calendar == "" {
		return nil
	}
	c := v.Chrome
	today := c.DayOf(c.Now)
	list, _, err := p.o.Days.Occasions(ctx, s, s.Account(), record.Window{From: today, Until: today.Add(ahead), Zone: c.Zone})
	if err != nil {
		return err
	}
	var days []date
	for _, o := range list {
		if o.What == record.WhatInvoice || o.Detail.State == record.StateCancelled || len(days) == mostDates {
			continue
		}
		d := date{Day: o.Start, Title: c.T("calendar.what."+string(o.What), o.Detail.Title), Names: []string{o.Detail.Stamp.System},
			Href: ui.AccountPath(o.Detail.Account) + subpaths[o.What] + o.Detail.ID.String()}
		if !o.AllDay {
			d.Day = c.DayOf(o.Start)
			d.Names = []string{c.Clock(o.Start), o.Detail.Stamp.System}
		}
		if d.Day.Before(today) { // has begun
			d.Day = today
		}
		days = append(days, d)
	}
	v.Dates = append(v.Dates, days...)
	slices.SortStableFunc(v.Dates, func(a, b date) int { return a.Day.Compare(b.Day) })
	v.Dates = v.Dates[:min(len(v.Dates), mostDates)]
	return nil
}
