// Package timetable is the page where an administrator chooses when a connection is
// read: how often each stream is, and in which hours nothing is. It promises that a
// choice counts in every process at once and moves nothing that is already known, and
// that a form which is refused comes back as it was typed. It hides how minutes and
// times of day are written.
package timetable

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Choosing keeps when a connection is read.
type Choosing interface {
	// Timetable is what was chosen; the spec names the streams and how often the
	// connector asks for them.
	Timetable(ctx context.Context, id record.ConnectionID) (run.Timetable, remote.Connection, remote.Spec, error)
	// SetTimetable is an administrator's change. fault.Invalid is one that cannot be.
	SetTimetable(ctx context.Context, s access.Scope, id record.ConnectionID, t run.Timetable) error
}

// Options are what the page works with; all are needed.
type Options struct {
	Choose Choosing
	Frame  ui.Framer
	Zone   *time.Location // of the provider, by whose clocks quiet hours are
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the page.
func New(o Options) *Pages { return &Pages{o} }

// input is what the form posts: names of streams and, in the same order, their minutes.
type input struct {
	Streams []string `form:"stream"`
	Minutes []string `form:"minutes"`
	From    string   `form:"quiet_from" validate:"max=8"`
	Until   string   `form:"quiet_until" validate:"max=8"`
}

type view struct {
	Chrome     *ui.Chrome
	Connection remote.Connection
	Spec       remote.Spec
	Typed      map[string]string // minutes, by stream
	From       string
	Until      string
	Zone       string
	Problem    string
	Problems   map[string]string
}

func (p *Pages) view(r *http.Request, s access.Scope) (view, error) {
	id, err := parts.ID(r)
	if err != nil {
		return view{}, err
	}
	v := view{Typed: map[string]string{}, Zone: p.o.Zone.String()}
	var chosen run.Timetable
	if chosen, v.Connection, v.Spec, err = p.o.Choose.Timetable(r.Context(), id); err != nil {
		return v, err
	}
	if v.Chrome, err = p.o.Frame(r, s); err != nil {
		return v, err
	}
	v.Chrome.Title = v.Chrome.T("timetable.of", v.Connection.Name)
	for stream, every := range chosen.Every {
		v.Typed[stream] = strconv.Itoa(int(every / time.Minute))
	}
	if !chosen.Quiet.None() {
		v.From, v.Until = run.Clock(chosen.Quiet.From), run.Clock(chosen.Quiet.Until)
	}
	return v, nil
}

// Show serves GET /admin/connections/{id}/schedule.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	parts.Said(v.Chrome, r)
	return ui.Show(w, r, http.StatusOK, page(v))
}

// Save serves POST /admin/connections/{id}/schedule.
func (p *Pages) Save(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	var in input
	if err = form.Decode(w, r, &in); err == nil {
		v.From, v.Until, v.Typed = in.From, in.Until, map[string]string{}
		var chosen run.Timetable
		if chosen, err = v.read(in); err == nil {
			err = p.o.Choose.SetTimetable(r.Context(), s, v.Connection.ID, chosen)
		}
	}
	switch {
	case err == nil:
		return parts.Leads(w, r, parts.Of(v.Connection.ID)+"/schedule", "timetable")
	case !parts.Correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), page(v))
}

// read makes a timetable of what was typed, which it keeps.
func (v *view) read(in input) (run.Timetable, error) {
	out := run.Timetable{Every: map[string]time.Duration{}}
	bad := map[string]string{}
	for i, stream := range in.Streams {
		if i >= len(in.Minutes) || in.Minutes[i] == "" {
			continue
		}
		v.Typed[stream] = in.Minutes[i]
		minutes, err := strconv.ParseInt(in.Minutes[i], 10, 64)
		if err != nil {
			bad["every."+stream] = v.Chrome.T("timetable.bad.minutes")
			continue
		}
		const beyond = 10_000 // far more than is allowed, and far from what a duration holds
		out.Every[stream] = time.Duration(max(-beyond, min(minutes, beyond))) * time.Minute
	}
	out.Quiet.From = v.clock(in.From, "quiet_from", bad)
	out.Quiet.Until = v.clock(in.Until, "quiet_until", bad)
	switch {
	case (in.From == "") != (in.Until == ""):
		bad[map[bool]string{true: "quiet_from", false: "quiet_until"}[in.From == ""]] = v.Chrome.T("timetable.bad.half")
	case in.From != "" && out.Quiet.None() && len(bad) == 0:
		bad["quiet_until"] = v.Chrome.T("timetable.bad.same")
	}
	if len(bad) == 0 {
		return out, nil
	}
	problem := fault.New(fault.Invalid, "Please correct what is marked.")
	for name, text := range bad {
		problem = problem.Field(name, text)
	}
	return out, problem
}

// clock reads a time of day; "" is none.
func (v *view) clock(text, field string, bad map[string]string) int {
	if text == "" {
		return 0
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		bad[field] = v.Chrome.T("timetable.bad.clock")
	}
	return run.MinuteOf(at)
}

// field asks how often a stream is read.
func (v view) field(s remote.Stream) ui.Field {
	return ui.Field{ID: "every-" + s.Name, Name: "minutes", Label: parts.Stream(v.Chrome, s.Name), Value: v.Typed[s.Name],
		Hint: v.Chrome.T("timetable.own", v.own(s.Every)), Error: v.Problems["every."+s.Name], Type: "number", Auto: "off"}
}

func (v view) own(every time.Duration) string {
	if every < time.Minute {
		return v.Chrome.N("timetable.seconds", int(every/time.Second))
	}
	return v.Chrome.Span(every)
}

// hour asks for one end of the quiet hours.
func (v view) hour(name, value string) ui.Field {
	return ui.Field{ID: name, Name: name, Label: v.Chrome.T("timetable." + name), Value: value, Error: v.Problems[name], Type: "time", Auto: "off"}
}
