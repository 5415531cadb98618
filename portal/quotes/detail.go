package quotes

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// detailView is everything that the page of a quote shows.
type detailView struct {
	Chrome   *ui.Chrome
	Quote    quote
	Custom   []record.Extra
	Base     string
	Hidden   bool // from clients, by a visibility rule
	Files    []record.File
	Progress []ui.Progress
	Decide   decideView
	Stale    *staleView
	Late     string // who was faster, or ""
	Kept     string // what was typed, when it can no longer be sent
	Down     []ui.Down
}

// decideView is the form; without Accept and Decline there is none.
type decideView struct {
	Accept, Decline bool // what the source takes
	Key             string
	Text            string
	Problem         string
	Problems        map[string]string
}

// staleView is what a decision that came too late is told.
type staleView struct {
	Text  string
	Diffs []ui.Diff
}

// Show serves one quote: GET /a/{account}/quotes/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

// quoteOf reads the quote that the address names.
func (p *Pages) quoteOf(r *http.Request, s access.Scope) (record.Detail, record.Quote, error) {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return record.Detail{}, record.Quote{}, fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindQuote, id)
	if err != nil {
		return d, record.Quote{}, err
	}
	body, ok := d.Body.(record.Quote)
	if !ok {
		return d, body, fault.New(fault.Internal, "").Because("read quote", errBody)
	}
	return d, body, nil
}

// detail reads everything that the page shows.
func (p *Pages) detail(r *http.Request, s access.Scope) (v detailView, err error) {
	ctx := r.Context()
	d, body, err := p.quoteOf(r, s)
	if err != nil {
		return v, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return v, err
	}
	asked, err := p.o.Actions.ActionsOn(ctx, s, s.Account(), d.ID)
	if err != nil {
		return v, err
	}
	c.Title = c.T("quotes.number", body.Number)
	v = detailView{Chrome: c, Base: d.Base, Custom: d.Custom, Hidden: d.Hidden != "", Progress: ui.OwnProgress(c, s, asked, d.Stamp.System),
		Quote: quote{Row: d.Row, Quote: body, Decision: deciding(asked, d.Row)[d.ID]}}
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	if v.Files, err = p.o.Records.FilesOf(ctx, s, s.Account(), d.ID); err != nil {
		return v, err
	}
	if s.Acts(record.KindQuote) && v.Quote.open(c) {
		v.Decide = p.may(ctx, d.Stamp.Connection)
	}
	return v, nil
}

// may asks what the source of a quote takes.
func (p *Pages) may(ctx context.Context, c record.ConnectionID) decideView {
	return decideView{Accept: p.o.Able(ctx, c, action.QuoteAccept), Decline: p.o.Able(ctx, c, action.QuoteDecline), Key: uuid.NewString()}
}
