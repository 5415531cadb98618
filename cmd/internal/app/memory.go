package app

import (
	"runtime/debug"
	"sync"
)

const (
	usual = 100 // what the runtime begins with
	roomy = 200
)

// giveRoom lets as much garbage again gather before it is collected, unless whoever
// runs the program has decided (GOGC). A pull makes little that lasts and much that
// does not: it spends a quarter less of the processor's time for a fifth more memory
// (make bench BENCH="-only P1,P4").
var giveRoom = sync.OnceFunc(func() {
	if decided := debug.SetGCPercent(roomy); decided != usual {
		debug.SetGCPercent(decided)
	}
})
