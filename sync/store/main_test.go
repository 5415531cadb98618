package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// child names what this test program does when a test starts it again as
// another process.
const child = "PORTICO_STORE_CHILD"

var children = map[string]func(place) error{"open": openOnce, "work": workForEver, "claim": claimForEver}

func TestMain(m *testing.M) {
	if do, ok := children[os.Getenv(child)]; ok {
		server = os.Getenv(postgres)
		if err := do(place(os.Args[1])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(both(m))
}

// process prepares this program to run as another process on a database.
func process(t *testing.T, what string, at place) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, string(at))
	cmd.Env = append(os.Environ(), child+"="+what)
	return cmd
}
