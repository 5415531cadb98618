package ui

import (
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// How long the end of an action stays on the page of its record: long enough to
// be seen, and a refusal until somebody has surely been there.
const (
	doneStays    = 30 * time.Minute
	refusedStays = 7 * 24 * time.Hour
	mostProgress = 3
)

// OwnProgress picks the reader's own actions that are under way or have just ended.
func OwnProgress(c *Chrome, s access.Scope, asked []action.Action, system string) []Progress {
	var out []Progress
	for _, a := range asked {
		if len(out) == mostProgress {
			break
		}
		if a.Actor.User == s.User() && recent(a, c.Now) {
			out = append(out, NewProgress(s, a, system))
		}
	}
	return out
}

func recent(a action.Action, now time.Time) bool {
	stays := doneStays
	if a.State == action.Refused {
		stays = refusedStays
	}
	return !a.State.Final() || now.Sub(a.Ended) < stays
}

// NewProgress is one action as the reader follows it; system is where it takes effect.
func NewProgress(s access.Scope, a action.Action, system string) Progress {
	p := Progress{Action: a, System: system, Self: ActionPath(a.Account, a.ID)}
	if a.Actor.User == s.User() && a.Input.Approval == "" && action.Move(a.State, action.Withdrawn) == nil {
		p.Withdraw = p.Self + "/withdraw"
	}
	return p
}

// ActionPath is the page of an action.
func ActionPath(a record.AccountID, id action.ID) string {
	return AccountPath(a) + "actions/" + id.String()
}

// KindPath is where the list of a kind is; "" for a kind without one.
func KindPath(a record.AccountID, k record.Kind) string {
	switch k {
	case record.KindTicket:
		return AccountPath(a) + "tickets"
	case record.KindInvoice:
		return AccountPath(a) + "invoices"
	case record.KindQuote:
		return AccountPath(a) + "quotes"
	case record.KindEvent:
		return AccountPath(a) + "calendar"
	case record.KindDocument:
		return AccountPath(a) + "documents"
	default:
		return ""
	}
}

// ProgressAnchor leads to the progress of an action on the page of its record.
func ProgressAnchor(id action.ID) string { return "#progress-" + id.String() }
