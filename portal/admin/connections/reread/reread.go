// Package reread is the page where an administrator has one record read anew, by the
// id that it has in its system. It promises that the record takes the way of every
// pull, that nothing is deleted because the system did not hand it over, and that the
// page says what came of it: what changed, or why it cannot be used.
package reread

import (
	"context"
	"net/http"
	"slices"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Result is what came of reading a record.
type Result struct {
	Found   bool // the system handed it over, and it can be used
	Was, Is *record.Record
	Rejects []remote.Reject
	Counts  run.Counts // of it and of what belongs to it
	Waits   bool       // nobody sees it, because its company is not matched
}

// Reading reads single records.
type Reading interface {
	Of(ctx context.Context, id record.ConnectionID) (remote.Connection, remote.Spec, error)
	// Reread reads a record now. fault.Invalid is a kind that cannot be read by itself,
	// fault.Conflict a connection that is paused.
	Reread(ctx context.Context, s access.Scope, ref record.Ref) (Result, error)
}

// Options are what the page works with; all are needed.
type Options struct {
	Read  Reading
	Frame ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the page.
func New(o Options) *Pages { return &Pages{o} }

type input struct {
	Kind     string `form:"kind" validate:"required,max=40"`
	External string `form:"external" validate:"required,max=300"`
}

type view struct {
	Chrome     *ui.Chrome
	Connection remote.Connection
	Spec       remote.Spec
	Input      input
	Problem    string
	Problems   map[string]string
	Result     *Result
}

func (p *Pages) view(r *http.Request, s access.Scope, in input) (view, error) {
	id, err := parts.ID(r)
	if err != nil {
		return view{}, err
	}
	v := view{Input: in}
	if v.Connection, v.Spec, err = p.o.Read.Of(r.Context(), id); err != nil {
		return v, err
	}
	if v.Chrome, err = p.o.Frame(r, s); err != nil {
		return v, err
	}
	v.Chrome.Title = v.Chrome.T("reread.of", v.Connection.Name)
	return v, nil
}

// Show serves GET /admin/connections/{id}/record. Whoever comes from a record that was
// set aside finds the form filled in.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s, input{r.URL.Query().Get("kind"), r.URL.Query().Get("external")})
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, page(v))
}

// Read serves POST /admin/connections/{id}/record. To read a record once more does no
// harm, so that what came of it is the answer itself.
func (p *Pages) Read(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in input
	err := form.Decode(w, r, &in)
	v, bad := p.view(r, s, in)
	if bad != nil {
		return bad
	}
	if err == nil {
		var got Result
		got, err = p.o.Read.Reread(r.Context(), s, record.Ref{Connection: v.Connection.ID, Kind: record.Kind(in.Kind), External: in.External})
		if err == nil {
			v.Result = &got
			return ui.Show(w, r, http.StatusOK, page(v))
		}
	}
	if !parts.Correctable(err) && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), page(v))
}

// within are kinds that most systems hand out only with what they belong to.
var within = []record.Kind{record.KindAccount, record.KindContact, record.KindComment, record.KindAttachment, record.KindPayment, record.KindTimeEntry}

// kinds are what the connection's streams bring by itself, in their order, and what
// was asked for.
func kinds(v view) []ui.Option {
	var out []ui.Option
	for _, st := range v.Spec.Streams {
		for _, k := range st.Kinds {
			if slices.Contains(within, k) && string(k) != v.Input.Kind || slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == string(k) }) {
				continue
			}
			out = append(out, ui.Option{Value: string(k), Label: parts.Kind(v.Chrome, k)})
		}
	}
	return out
}
