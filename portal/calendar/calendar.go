// Package calendar is the pages of what is going to happen: events, and the days
// that contracts, invoices and projects name, as an agenda or as a month, and one
// event with what can be done about it. Moments are shown in the reader's zone; a
// whole day is the same day everywhere.
package calendar

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	Occasions(ctx context.Context, s access.Scope, account record.AccountID, w record.Window) ([]record.Occasion, []record.Freshness, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
}

// Actions is what the pages ask for and report on.
type Actions interface {
	Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error)
	ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Records Records
	Actions Actions
	// Able reports whether the system behind a connection takes such an action.
	Able    func(ctx context.Context, c record.ConnectionID, k action.Kind) bool
	Feeds   Feeds
	Readers Readers
	Frame   ui.Framer
	// Plain returns the frame of a page for nobody in particular.
	Plain func(r *http.Request) *ui.Chrome
	Key   []byte // makes the addresses of feeds
	Base  string // of those addresses, without a slash at its end
}

// Pages serves the calendar of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// span is how much of the calendar one page of the agenda shows.
const span = 8 * 7 * 24 * time.Hour

// kinds are the kinds of which a calendar may show something.
var kinds = []record.Kind{record.KindEvent, record.KindContract, record.KindProject, record.KindInvoice}

// filter is what the address of the calendar says.
type filter struct {
	As    string `form:"as" validate:"omitempty,oneof=month"`
	From  string `form:"from" validate:"omitempty,datetime=2006-01-02"`
	Month string `form:"month" validate:"omitempty,datetime=2006-01"`
}

func (f filter) address(path string) string {
	v := url.Values{}
	for key, value := range map[string]string{"as": f.As, "from": f.From, "month": f.Month} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// window is what the page shows; month is its first day, of a month.
func (f filter) window(c *ui.Chrome) (w record.Window, month time.Time) {
	w.Zone = c.Zone
	today := c.DayOf(c.Now)
	if f.As == "month" {
		month = time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
		if at, err := time.Parse("2006-01", f.Month); err == nil {
			month = at
		}
		w.From, w.Until = weekOf(month), weekOf(month.AddDate(0, 1, 6))
		return w, month
	}
	w.From = today
	if at, err := time.Parse(time.DateOnly, f.From); err == nil {
		w.From = at
	}
	w.Until = w.From.Add(span)
	return w, month
}

// weekOf is the Monday of the week of a day (ISO 8601).
func weekOf(day time.Time) time.Time {
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// listView is everything that the calendar shows.
type listView struct {
	Chrome         *ui.Chrome
	Tabs           []ui.Tab
	Title          string // what is shown of it
	Earlier, Later string
	Now            string // leads to the present; "" when that is shown
	Month          bool
	Subscribe      string // leads to one's own feed; "" for who has none
	Days           []day  // of the agenda, and of the month on a phone
	Weeks          []week // of the month
	Down           []ui.Down
	Stamp          record.Stamp
}

// List serves the calendar: GET /a/{account}/calendar.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	shows, month := f.window(c)
	list, fresh, err := p.o.Records.Occasions(r.Context(), s, s.Account(), shows)
	if err != nil {
		return err
	}
	c.Title = c.T("calendar.title")
	v := listView{Chrome: c, Month: f.As == "month", Down: ui.DownOf(fresh), Stamp: ui.StampOf(feeding(s, fresh))}
	if mayFeed(s) {
		v.Subscribe = feedPath(s.Account())
	}
	v.lead(f, shows, month)
	v.Days = daysOf(c, list, shows)
	if v.Month {
		v.Days = daysOf(c, list, record.Window{From: month, Until: month.AddDate(0, 1, 0), Zone: c.Zone})
		v.Weeks = weeksOf(c, list, shows, month)
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// lead fills in where else one can go from here.
func (v *listView) lead(f filter, w record.Window, month time.Time) {
	c, path := v.Chrome, listPath(v.Chrome.Account.ID)
	for _, as := range []string{"", "month"} {
		name := as
		if as == "" {
			name = "agenda"
		}
		v.Tabs = append(v.Tabs, ui.Tab{Label: c.T("calendar.as." + name), Href: filter{As: as}.address(path), Current: f.As == as})
	}
	today := c.DayOf(c.Now)
	if v.Month {
		v.Title = c.Month(month)
		v.Earlier = filter{As: "month", Month: month.AddDate(0, -1, 0).Format("2006-01")}.address(path)
		v.Later = filter{As: "month", Month: month.AddDate(0, 1, 0).Format("2006-01")}.address(path)
		if month.Year() != today.Year() || month.Month() != today.Month() {
			v.Now = filter{As: "month"}.address(path)
		}
		return
	}
	v.Title = c.T("calendar.span", c.Calendar(w.From), c.Calendar(w.Until.AddDate(0, 0, -1)))
	v.Earlier = filter{From: w.From.Add(-span).Format(time.DateOnly)}.address(path)
	v.Later = filter{From: w.Until.Format(time.DateOnly)}.address(path)
	if !w.From.Equal(today) {
		v.Now = path
	}
}

// feeding keeps the streams of what the reader's calendar is made of.
func feeding(s access.Scope, fresh []record.Freshness) []record.Freshness {
	var out []record.Freshness
	for _, kind := range kinds {
		if s.Sees(kind) {
			out = append(out, ui.Feeding(fresh, kind)...)
		}
	}
	return out
}

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "calendar" }

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}
