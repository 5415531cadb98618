package api

import (
	"net/http"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
)

// Fact is where something comes from and when it was last known to be true.
type Fact struct {
	Source     string    `json:"source" doc:"The connected system, as people call it."`
	Connection string    `json:"connection" format:"uuid"`
	SourceID   string    `json:"source_id" doc:"The source's own id."`
	SourceURL  string    `json:"source_url,omitempty" doc:"Opens it in the source; for staff."`
	ReadAt     time.Time `json:"read_at,omitzero" doc:"When it was last known to be true; missing when it was never read whole."`
	Stale      bool      `json:"stale" doc:"It is older than it should be."`
	Down       string    `json:"source_problem,omitempty" doc:"Why the source cannot be read now."`
	DownSince  time.Time `json:"source_down_since,omitzero"`
}

func (a *API) fact(s record.Stamp) Fact {
	return Fact{Source: s.System, Connection: s.Connection.String(), SourceID: s.External, SourceURL: s.URL, ReadAt: s.ReadAt.UTC(),
		Stale: s.Stale(a.o.Now()), Down: s.Down, DownSince: s.DownSince.UTC()}
}

// Status is where a record is in its life.
type Status struct {
	State       string    `json:"state,omitempty" enum:"new,open,waiting,resolved,closed,cancelled,unmapped" doc:"Missing when the source gives it no status."`
	Label       string    `json:"label,omitempty" doc:"The client's words for it."`
	Explanation string    `json:"explanation,omitempty"`
	Raw         string    `json:"raw_status,omitempty" doc:"The source's own value."`
	Turn        string    `json:"turn" enum:"client,provider,third,nobody" doc:"Who has to do the next thing."`
	TurnSince   time.Time `json:"turn_since,omitzero"`
}

func statusOf(r record.Row) Status {
	return Status{State: string(r.State), Label: r.Label, Explanation: r.Explanation, Raw: r.Status, Turn: string(r.Turn), TurnSince: r.TurnSince.UTC()}
}

// dayOf writes a day, which is midnight UTC; "" for none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// recordQuery is what lists of records take.
type recordQuery struct {
	Updated time.Time `query:"updated_since" doc:"Only what changed then or later, by the source's clock. Let your times overlap: what the source changed may be read a little later."`
	Search  string    `query:"search" doc:"Words in number, name and person."`
	paging
}

// stateQuery is what lists of records take that have a status.
type stateQuery struct {
	State string `query:"state" enum:"new,open,waiting,resolved,closed,cancelled,unmapped" doc:"Only this state."`
	Open  *bool  `query:"open" doc:"Only those that are not settled, or only the others."`
	Turn  string `query:"turn" enum:"client,provider,third,nobody" doc:"Only where this side has to do the next thing."`
	recordQuery
}

func (q recordQuery) of(kind record.Kind) record.Query {
	return record.Query{Kind: kind, Since: q.Updated, Search: q.Search}
}

func (q stateQuery) of(kind record.Kind) record.Query {
	out := q.recordQuery.of(kind)
	out.State, out.Open, out.Turn = record.State(q.State), q.Open, record.Turn(q.Turn)
	return out
}

// listWhole reads a page of records as view shows them, and the address of the next
// page.
func listWhole[V any](a *API, r *http.Request, c Caller, p paging, q record.Query, view func(record.Detail) (V, error)) ([]V, string, error) {
	after, err := a.after(r, c, p.Cursor)
	if err != nil {
		return nil, "", err
	}
	q.After, q.Limit = after, p.size()
	page, err := a.o.Papers.Whole(r.Context(), c.Scope, c.Account, q)
	if err != nil {
		return nil, "", err
	}
	out := make([]V, len(page.Details))
	for i, d := range page.Details {
		if out[i], err = view(d); err != nil {
			return nil, "", err
		}
	}
	return out, a.next(r, c, page.Next), nil
}

// bodyAs is the body of a record of its own kind.
func bodyAs[B record.Body](d record.Detail) (B, error) {
	body, ok := d.Body.(B)
	if !ok {
		return body, fault.New(fault.Internal, "")
	}
	return body, nil
}

// readOne reads the record of a path.
func readOne[B record.Body](a *API, r *http.Request, c Caller, name string) (record.Detail, B, error) {
	var body B
	if err := asked(r, &struct{}{}); err != nil {
		return record.Detail{}, body, err
	}
	return find[B](a, r, c, name)
}

// find is readOne for doors that take no questions.
func find[B record.Body](a *API, r *http.Request, c Caller, name string) (record.Detail, B, error) {
	var body B
	id, err := idOf(r, name)
	if err != nil {
		return record.Detail{}, body, err
	}
	d, err := a.o.Records.Detail(r.Context(), c.Scope, c.Account, body.Kind(), id)
	if err != nil {
		return record.Detail{}, body, err
	}
	body, err = bodyAs[B](d)
	return d, body, err
}
