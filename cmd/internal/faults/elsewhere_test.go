//go:build faults

package faults_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestElsewhere runs what is tried closer to its cause, because no system of the
// catalogue sends webhooks yet, and because a resolver that lies cannot be put
// under a whole program. On PostgreSQL it runs in a database of its own.
func TestElsewhere(t *testing.T) {
	for scenario, pkg := range map[string]string{
		"webhooks taken in, in any chaos": "portico/sync/intake",
		"names that point inside":         "portico/sync/webhook",
		"approve and reject at once":      "portico/sync/store",
	} {
		t.Run(pkg, func(t *testing.T) { trials(t, scenario, func(x *trial) { elsewhere(x, pkg, only[scenario]) }) })
	}
}

// only are the tests that a scenario is; every test of the package where it is missing.
var only = map[string]string{
	"names that point inside":    "^TestNobodyLeadsADeliveryInside$|^TestAnAttemptHasFifteenSeconds$",
	"approve and reject at once": "^TestOneDecisionOfFifty$",
}

func elsewhere(x *trial, pkg, tests string) {
	args := []string{"test", "-count=1", "-v", "-timeout", "5m"}
	if tests != "" {
		args = append(args, "-run", tests)
	}
	cmd := exec.CommandContext(x.Context(), "go", append(args, pkg)...)
	if x.mode.postgres {
		p := &portal{t: x.T, dir: x.TempDir()}
		p.place(x.mode)
		cmd.Env = append(cmd.Environ(), "PORTICO_TEST_POSTGRES="+p.cluster.url("postgres", "", p.database))
	}
	out, err := cmd.CombinedOutput()
	passed, skipped := strings.Count(string(out), "--- PASS"), strings.Count(string(out), "--- SKIP")
	if err != nil || passed == 0 {
		x.Fatalf("%s: %d passed, %v\n%s", pkg, passed, err, tail(string(out)))
	}
	x.report(outcome{rounds: 1, note: fmt.Sprintf("%d tests of %s passed, %d skipped", passed, strings.TrimPrefix(pkg, "portico/"), skipped)})
}
