package access_test

import (
	"regexp"
	"strings"
	"testing"

	"portico/sync/access"
)

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[BCDFGHJKMNPQRSTVWXZ2-9]{4} [BCDFGHJKMNPQRSTVWXZ2-9]{4}$`)
	seen := map[string]bool{}
	for range 200 {
		code := access.NewCode()
		if !shape.MatchString(code) || seen[code] {
			t.Fatalf("%q", code)
		}
		seen[code] = true
		for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, " ", ""), strings.ReplaceAll(code, " ", "-"), " " + code + "\u00a0", strings.ReplaceAll(code, " ", "–")} {
			if access.HashCode("token", typed) != access.HashCode("token", code) {
				t.Errorf("%q is not %q", typed, code)
			}
		}
		if access.HashCode("token", code) == access.HashCode("another", code) || access.HashCode("token", code) == access.HashCode("token", code[1:]) {
			t.Error("another link or code has the same hash")
		}
	}
}
