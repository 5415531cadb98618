package connectortest

import "testing"

// Checks names every promise, for the test that proves that each can fail.
func Checks() []string {
	var out []string
	for _, c := range checks() {
		out = append(out, c.name)
	}
	return out
}

// RunCheck holds a target to one promise.
func RunCheck(t testing.TB, name string, target Target) {
	for _, c := range checks() {
		if c.name == name {
			c.run(t, target)
			return
		}
	}
	t.Fatalf("there is no check %q", name)
}
