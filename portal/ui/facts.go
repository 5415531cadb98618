package ui

import (
	"time"

	"portico/sync/record"
)

// StateTone is how a state is to be taken.
func StateTone(s record.State) Tone {
	switch s {
	case record.StateOpen, record.StateWaiting:
		return Live
	case record.StateResolved:
		return Good
	default:
		return Neutral
	}
}

// turnWords says whose turn it is and since when; of a source that cannot be read,
// whose turn it was when it last could.
func turnWords(c *Chrome, row *record.Row) string {
	if row.Stamp.Down != "" && !row.Stamp.ReadAt.IsZero() && row.Turn != record.TurnNobody {
		at := c.Brief(row.Stamp.ReadAt)
		if row.Turn == record.TurnProvider {
			return c.T("turn.was.provider", at, c.Provider.Name)
		}
		return c.T("turn.was."+string(row.Turn), at)
	}
	if row.Turn == record.TurnNobody && row.Label != "" {
		return row.Label
	}
	if row.TurnSince.IsZero() || row.Turn == record.TurnNobody {
		return c.Turn(row.Turn)
	}
	return c.Turn(row.Turn) + " " + c.Since(row.TurnSince)
}

// Down is a source that cannot be read.
type Down struct {
	System string
	Since  time.Time // zero when it is not known
	ReadAt time.Time // the state that is shown; zero for none
}

// DownOf returns the sources that cannot be read, each once.
func DownOf(fresh []record.Freshness) []Down {
	var out []Down
	at := map[record.ConnectionID]int{}
	for _, f := range fresh {
		if f.Down == "" {
			continue
		}
		i, known := at[f.Connection]
		if !known {
			at[f.Connection] = len(out)
			out = append(out, Down{System: f.System, Since: f.DownSince, ReadAt: f.ReadAt})
			continue
		}
		// The oldest stream tells how old the page may be.
		if f.ReadAt.Before(out[i].ReadAt) {
			out[i].ReadAt = f.ReadAt
		}
	}
	return out
}

// Diff is one thing that changed between the page and now.
type Diff struct {
	What, Was, Now string
}

// Feeding keeps the streams that bring records of the kind.
func Feeding(fresh []record.Freshness, kind record.Kind) []record.Freshness {
	var out []record.Freshness
	for _, f := range fresh {
		for _, k := range f.Kinds {
			if k == kind {
				out = append(out, f)
				break
			}
		}
	}
	return out
}

// StampOf is the stamp of a list: that of the stream that is furthest behind its
// limit. It is zero when nothing feeds the list.
func StampOf(fresh []record.Freshness) record.Stamp {
	var worst record.Stamp
	for i, f := range fresh {
		s := record.Stamp{Connection: f.Connection, System: f.System, ReadAt: f.ReadAt, Limit: f.Limit, Down: f.Down, DownSince: f.DownSince}
		if i == 0 || s.ReadAt.Add(s.Limit).Before(worst.ReadAt.Add(worst.Limit)) {
			worst = s
		}
	}
	return worst
}

// alsoRead says how old another source of the same thing is, each for itself.
func alsoRead(c *Chrome, s record.Stamp) string {
	switch {
	case s.ReadAt.IsZero():
		return c.T("fresh.also.never")
	case s.Down != "":
		return c.T("fresh.also.stale", c.Exact(s.ReadAt)) + ". " + s.Down
	case s.Stale(c.Now):
		return c.T("fresh.also.stale", c.Exact(s.ReadAt))
	default:
		return c.T("fresh.also.read", c.Exact(s.ReadAt))
	}
}
