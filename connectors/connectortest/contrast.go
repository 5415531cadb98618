package connectortest

import (
	"fmt"
	"time"

	"portico/connectors/vendorfake/faults"
)

// breakerRest is longer than any circuit breaker stays open.
const breakerRest = 10 * time.Minute

// signOut refuses every list request after the first.
func signOut(s *System) faults.Fault {
	return faults.Fault{Kind: faults.Unauthorized, Match: s.List, After: 1}
}

// contrast says in a line how two stores differ.
func contrast(want, got map[key]string) string {
	missing, other, surplus, example := 0, 0, 0, ""
	for k, text := range want {
		have, ok := got[k]
		switch {
		case !ok:
			missing++
			example = text
		case have != text:
			other++
			example = text + " became " + have
		}
	}
	for k, text := range got {
		if _, ok := want[k]; !ok {
			surplus++
			example = text
		}
	}
	return fmt.Sprintf("%d missing, %d different, %d too many; for example %s", missing, other, surplus, example)
}
