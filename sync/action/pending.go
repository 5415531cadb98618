package action

import "time"

// Pending reports whether what was asked may still change a record as it was read at
// that moment: it is under way, waits for a person, or was done after the reading.
func (a Action) Pending(read time.Time) bool {
	return a.State.Blocks() || a.State == Dead || a.State == Confirmed && a.Ended.After(read)
}
