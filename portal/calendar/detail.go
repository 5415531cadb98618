package calendar

import (
	"errors"
	"net/http"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var errBody = errors.New("the record is of another kind than it says")

// detailView is everything that the page of an event shows.
type detailView struct {
	Chrome  *ui.Chrome
	Detail  record.Detail
	Event   record.Event
	When    string
	Entered string // when it is in the zone in which it was entered, when that differs
	Over    bool
	Down    []ui.Down

	Said     action.Action // a confirmation that the source does not show yet; zero for none
	Progress []ui.Progress
	Confirm  confirmView
	Stale    *staleView
	Late     string // why it was not recorded
}

// Show serves one event: GET /a/{account}/calendar/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

func (p *Pages) detail(r *http.Request, s access.Scope) (detailView, error) {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return detailView{}, notHere()
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindEvent, id)
	if err != nil {
		return detailView{}, err
	}
	body, ok := d.Body.(record.Event)
	if !ok || body.Start.IsZero() {
		return detailView{}, fault.New(fault.Internal, "").Because("read event", errBody)
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return detailView{}, err
	}
	c.Title = d.Title
	v := detailView{Chrome: c, Detail: d, Event: body}
	o := record.Occasions(d)[0]
	v.When = whole(c, o)
	v.Entered = entered(c, o, body.Zone)
	v.Over = over(c, o)
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	return v, p.confirm(r, s, &v)
}

// whole says when an occasion is, with its days.
func whole(c *ui.Chrome, o record.Occasion) string {
	first, last := firstDay(c, o), lastDay(c, o)
	switch {
	case o.AllDay && last.Equal(first):
		return c.T("calendar.on.day", c.LongDate(first))
	case o.AllDay:
		return c.T("calendar.on.days", c.LongDate(first), c.LongDate(last))
	case !o.End.After(o.Start):
		return c.T("calendar.on", c.LongDate(first), c.Clock(o.Start))
	case last.Equal(first):
		return c.T("calendar.on", c.LongDate(first), c.T("calendar.span", c.Clock(o.Start), c.Clock(o.End)))
	default:
		return c.T("calendar.span", c.T("calendar.on", c.LongDate(first), c.Clock(o.Start)), c.T("calendar.on", c.LongDate(c.DayOf(o.End)), c.Clock(o.End)))
	}
}

// entered says at what time it begins where it was entered; "" where that is the
// reader's own clock.
func entered(c *ui.Chrome, o record.Occasion, name string) string {
	if o.AllDay || name == "" {
		return ""
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return ""
	}
	there := *c
	there.Zone = zone
	if there.DayOf(o.Start).Equal(c.DayOf(o.Start)) && there.Clock(o.Start) == c.Clock(o.Start) {
		return ""
	}
	return c.T("calendar.on", there.LongDate(there.DayOf(o.Start)), there.Clock(o.Start)+" "+name)
}

func over(c *ui.Chrome, o record.Occasion) bool {
	if o.AllDay {
		return !o.End.After(c.DayOf(c.Now))
	}
	end := o.End
	if !end.After(o.Start) {
		end = o.Start
	}
	return end.Before(c.Now)
}
