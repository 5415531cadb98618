package push

import (
	"time"

	"portico/sync/action"
)

// Floors and ceilings of the waits between two attempts, two probes and two
// looks for an effect.
const (
	waitFloor    = 2 * time.Second
	waitCeiling  = 10 * time.Minute
	probeFloor   = 5 * time.Second
	probeCeiling = time.Minute
	confirmFloor = 2 * time.Second
)

// spread is the wait before the next try: twice the one before, between floor
// and ceiling, plus up to a quarter so that many actions that failed together
// do not come back together. It only ever adds to the doubling, so that a
// source's own Retry-After is never undercut by it.
func spread(v view, floor, ceiling time.Duration) time.Duration {
	wait := floor
	for n := 1; n < v.Action.Attempt && wait < ceiling; n++ {
		wait *= 2
	}
	wait = min(max(wait, 2*v.Before), ceiling)
	return wait + time.Duration(v.Jitter*float64(wait)/4)
}

// waited is how long an action that comes out of a wait had been waiting.
func waited(a action.Action) time.Duration {
	switch a.State {
	case action.Retrying, action.Unknown, action.Accepted:
		return max(0, a.Due.Sub(a.Changed))
	default:
		return 0
	}
}
