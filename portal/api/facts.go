package api

import (
	"time"

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

// Status is where a request or an asset is.
type Status struct {
	State       string    `json:"state" enum:"new,open,waiting,resolved,closed,cancelled,unmapped"`
	Label       string    `json:"label" doc:"The client's words for it."`
	Explanation string    `json:"explanation,omitempty"`
	Raw         string    `json:"raw_status" doc:"The source's own value."`
	Turn        string    `json:"turn" enum:"client,provider,third,nobody" doc:"Who has to do the next thing."`
	TurnSince   time.Time `json:"turn_since,omitzero"`
}

func statusOf(r record.Row) Status {
	return Status{State: string(r.State), Label: r.Label, Explanation: r.Explanation, Raw: r.Status, Turn: string(r.Turn), TurnSince: r.TurnSince.UTC()}
}
