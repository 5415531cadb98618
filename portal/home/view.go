package home

import (
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/record"
)

// homeView is everything that the page shows.
type homeView struct {
	Chrome        *ui.Chrome
	SeesTickets   bool
	SeesApprovals bool
	SeesAssets    bool
	Own           bool // only the reader's own requests
	MayAsk        bool
	Staff         bool // looked at by the provider's own people
	Needs         []need
	MoreNeeds     bool
	Held          []action.Action // asked for by the reader on requests that are gone
	With          []record.Row
	MoreWith      bool
	Finished      []record.Row
	Dates         []date
	Calendar      string // where the calendar is; "" when there is none
	Down          []ui.Down
	Balance       balance
	Sources       []record.Stamp // of what the page tells beside the balance
}

// kinds are what the page tells of beside the balance, which has a stamp of its own.
func (v homeView) kinds() []record.Kind {
	var out []record.Kind
	if v.SeesTickets {
		out = append(out, record.KindTicket)
	}
	if v.SeesAssets {
		out = append(out, record.KindAsset)
	}
	if v.Calendar != "" {
		out = append(out, record.KindEvent)
	}
	return out
}

// need is one thing that waits for the reader: a decision, an invoice to be paid, a
// request that waits for an answer, or something that they asked for and that has to
// be decided again.
type need struct {
	Bill     record.Bill   // zero for what is no invoice
	Offer    *record.Quote // of Row, a quote that can be decided; nil for what is none
	Row      record.Row
	Conflict action.Action     // zero for a request that waits
	Approval approval.Approval // zero for a request
}

// date is one day on which warranties end, or something else happens.
type date struct {
	Day   time.Time // midnight UTC
	Title string    // what happens; "" when warranties end
	Href  string
	Names []string
	First record.ID
}

// collect adds the warranties of rows sorted by date and reports whether the
// horizon was reached.
func (v *homeView) collect(rows []record.Row) (done bool) {
	today := v.Chrome.Now.UTC().Truncate(24 * time.Hour)
	for _, row := range rows {
		switch {
		case row.Due.IsZero() || row.Due.After(today.Add(ahead)):
			return true
		case row.Due.Before(today) || row.State == record.StateClosed:
			continue
		}
		if n := len(v.Dates); n > 0 && v.Dates[n-1].Day.Equal(row.Due) {
			v.Dates[n-1].Names = append(v.Dates[n-1].Names, row.Title)
			continue
		}
		if len(v.Dates) == mostDates {
			return true
		}
		v.Dates = append(v.Dates, date{Day: row.Due, Names: []string{row.Title}, First: row.ID})
	}
	return false
}

// greeting is by the reader's own clock, with their first name.
func (v homeView) greeting() string {
	c := v.Chrome
	if v.Staff {
		return c.Account.Name
	}
	key := "home.evening"
	switch hour := c.Hour(c.Now); {
	case hour >= 4 && hour < 12:
		key = "home.morning"
	case hour >= 12 && hour < 18:
		key = "home.afternoon"
	}
	name, _, _ := strings.Cut(c.User.Name, " ")
	if strings.Contains(name, "@") {
		return c.T(key + ".plain")
	}
	return c.T(key, name)
}

// needsTitle heads what waits for the account.
func (v homeView) needsTitle() string {
	if v.Staff {
		return v.Chrome.T("home.needs.client.title")
	}
	return v.Chrome.T("home.needs.title")
}

// lead says in one sentence what is going on.
func (v homeView) lead() string {
	c := v.Chrome
	needs := c.T("home.needs.none")
	switch n := len(v.Needs); {
	case v.Staff && n > 0:
		needs = c.N("home.needs.client", n)
	case v.Staff:
		needs = c.T("home.needs.client.none")
	case v.MoreNeeds:
		needs = c.T("home.needs.more", c.Number(n))
	case n > 0:
		needs = c.N("home.needs", n)
	}
	switch n := len(v.With); {
	case v.MoreWith:
		return needs + " " + c.T("home.with.more", c.Provider.Name, c.Number(n))
	case n > 0:
		return needs + " " + c.N("home.with", n, c.Provider.Name)
	default:
		return needs
	}
}

// names lists what a date is about, and counts what does not fit.
func (d date) names(c *ui.Chrome) string {
	const most = 2
	if len(d.Names) <= most {
		return strings.Join(d.Names, ", ")
	}
	return strings.Join(d.Names[:most], ", ") + " " + c.T("home.dates.more", c.Number(len(d.Names)-most))
}

// title says what happens on a day.
func (d date) title(c *ui.Chrome) string {
	if d.Title != "" {
		return d.Title
	}
	return c.N("home.dates.warranty", len(d.Names))
}
