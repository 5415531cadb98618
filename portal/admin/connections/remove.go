package connections

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
)

// Removing takes connections away.
type Removing interface {
	// RemovalPlan says what would go; fault.NotFound when there is no such connection.
	RemovalPlan(ctx context.Context, id record.ConnectionID) (run.Removal, error)
	// Remove begins to remove one whose name was typed. It is fault.Conflict while
	// something that clients asked for through it has not come to an end.
	Remove(ctx context.Context, s access.Scope, id record.ConnectionID, name string) error
	// Removals lists those that are being removed.
	Removals(ctx context.Context) ([]run.Removal, error)
}

// removeView is everything that the page before a removal shows.
type removeView struct {
	Chrome   *ui.Chrome
	Plan     run.Removal
	Held     string
	Typed    string
	Problem  string
	Problems map[string]string
}

// AskRemoval serves GET /admin/connections/{id}/remove: what would go, and what would
// be kept. It asks for a fresh sign-in, as the form does.
func (p *Pages) AskRemoval(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.removeView(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, removePage(v))
}

func (p *Pages) removeView(r *http.Request, s access.Scope) (removeView, error) {
	if err := p.o.Fresh(r.Context()); err != nil {
		return removeView{}, err
	}
	id, err := parts.ID(r)
	if err != nil {
		return removeView{}, err
	}
	plan, err := p.o.Remove.RemovalPlan(r.Context(), id)
	if err != nil {
		return removeView{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return removeView{}, err
	}
	c.Title = c.T("connections.remove.of", plan.Name)
	if !plan.Settled() {
		c.Refresh = refreshEvery // whoever waits sees the form when it can be sent
	}
	return removeView{Chrome: c, Plan: plan, Held: p.o.Watch.Held(r.Context())}, nil
}

// removeInput is what the page before a removal posts.
type removeInput struct {
	Name string `form:"name" validate:"required,max=200"`
}

// Remove serves POST /admin/connections/{id}/remove.
func (p *Pages) Remove(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.removeView(r, s)
	if err != nil {
		return err
	}
	var in removeInput
	if err = form.Decode(w, r, &in); err == nil {
		err = p.o.Remove.Remove(r.Context(), s, v.Plan.Connection, in.Name)
	}
	switch {
	case err == nil:
		return parts.Leads(w, r, parts.Path, "removing")
	case !parts.Correctable(err):
		return err
	}
	v.Typed, v.Problem, v.Problems = in.Name, fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), removePage(v))
}

// goes are the lines of what disappears, each with how much of it.
func (v removeView) goes() []fact {
	c := v.Chrome
	out := []fact{{c.T("connections.remove.accounts"), c.Number(v.Plan.Accounts)}}
	if v.Plan.Records == nil {
		out = append(out, fact{c.T("connections.remove.records"), c.T("connections.remove.many")})
	}
	for _, kind := range slices.Sorted(maps.Keys(v.Plan.Records)) {
		out = append(out, fact{kindsWords(c, kind), c.Number(v.Plan.Records[kind])})
	}
	staged := c.T("connections.remove.many")
	if v.Plan.Staged >= 0 {
		staged = c.Number(v.Plan.Staged)
	}
	return append(out, fact{c.T("connections.remove.staged"), staged})
}

// kindsWords is what people call things of a kind.
func kindsWords(c *ui.Chrome, k record.Kind) string {
	key := "connections.kinds." + string(k)
	if text := c.T(key); text != key {
		return text
	}
	return parts.Kind(c, k)
}

// stays are sentences about what a removal leaves as it is.
func (v removeView) stays() []string {
	c := v.Chrome
	out := []string{c.T("connections.remove.stays.asked"), c.T("connections.remove.stays.system")}
	if v.Plan.Questions > 0 {
		out = append(out, c.N("connections.remove.stays.questions", v.Plan.Questions))
	}
	if len(v.Plan.Believed) > 0 {
		out = append(out, c.T("connections.remove.stays.copies", strings.Join(slices.Compact(slices.Sorted(slices.Values(v.Plan.Believed))), ", ")))
	}
	return out
}

// leavingWords say how far a removal is.
func leavingWords(c *ui.Chrome, r run.Removal) string {
	switch n := r.Total(); {
	case n < 0 || r.Staged < 0:
		return c.T("connections.leaving.many")
	case n+r.Staged == 0:
		return c.T("connections.leaving.last")
	default:
		return c.N("connections.leaving.left", n+r.Staged)
	}
}
