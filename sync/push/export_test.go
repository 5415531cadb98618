package push

import (
	"time"

	"portico/sync/action"
	"portico/sync/remote"
)

// View and the phases let the table test reach the pure decision.
type View = view

const (
	Preparing  = preparing
	Acting     = acting
	Probing    = probing
	Confirming = confirming
)

func Decide(p phase, out remote.Outcome, v View) action.Step { return decide(p, out, v) }

func Spread(v View, floor, ceiling time.Duration) time.Duration { return spread(v, floor, ceiling) }
