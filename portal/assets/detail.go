package assets

import (
	"net/http"
	"slices"
	"strings"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// mostTickets is how many of an asset's requests its page shows; shortestTag is
// how many bytes a tag needs to be looked for in subjects.
const (
	mostTickets = 10
	shortestTag = 4
)

// detailView is everything that the page of an asset shows.
type detailView struct {
	Chrome  *ui.Chrome
	Row     record.Row
	Asset   record.Asset
	Custom  []record.Extra
	Report  string // where a problem is reported; "" when the reader may not
	Tickets []record.Row
	Sees    bool // requests may be seen at all
	Down    []ui.Down
}

// Show serves one asset: GET /a/{account}/assets/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindAsset, id)
	if err != nil {
		return err
	}
	body, ok := d.Body.(record.Asset)
	if !ok {
		return fault.New(fault.Internal, "").Because("read asset", errBody)
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = d.Title
	v := detailView{Chrome: c, Row: d.Row, Asset: body, Custom: d.Custom, Sees: s.Sees(record.KindTicket)}
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	if s.Acts(record.KindTicket) {
		v.Report = ui.AccountPath(s.Account()) + "tickets/new?asset=" + d.ID.String()
	}
	if v.Sees {
		if v.Tickets, err = p.about(r, s, body); err != nil {
			return err
		}
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

// about finds requests whose subject names the asset: by its tag, which people
// quote, or by its name when the tag is too short to mean anything else.
func (p *Pages) about(r *http.Request, s access.Scope, a record.Asset) ([]record.Row, error) {
	words := a.Name
	if len(a.Tag) >= shortestTag {
		words = a.Tag
	}
	page, err := p.o.Records.List(r.Context(), s, s.Account(), record.Query{Kind: record.KindTicket, Search: words, Limit: mostTickets})
	// The search looks at numbers and people as well: a request of that number is
	// not about an asset of that tag.
	named := slices.DeleteFunc(page.Rows, func(row record.Row) bool {
		return !strings.Contains(strings.ToLower(row.Title), strings.ToLower(words))
	})
	return named, err
}
