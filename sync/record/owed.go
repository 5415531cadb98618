package record

import "time"

// Owed is what is still to be paid of an invoice, or left of a credit note, and
// whether the source said so itself. Nothing is owed of what is closed; of what is
// open, the whole where the source names no balance.
func (i Invoice) Owed(s State) (amount Decimal, told bool) {
	switch {
	case !s.Open():
		return "0", true
	case i.Balance != "":
		return i.Balance, true
	default:
		return i.Total, false
	}
}

// afterwards is how long after midnight UTC a day is over everywhere (UTC−12).
const afterwards = 36 * time.Hour

// Expired reports whether the last day of an offer is over, wherever one is.
func (q Quote) Expired(now time.Time) bool {
	return !q.ValidUntil.IsZero() && !now.Before(q.ValidUntil.Add(afterwards))
}
