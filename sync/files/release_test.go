package files_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/fault"
	"portico/sync/files"
)

func TestReleaseDropsOnlyWhatIsOldAndNotNeeded(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t, files.Options{})
	keep := func(name string) string {
		f, err := s.Keep(t.Context(), name, strings.NewReader("some words"))
		if err != nil {
			t.Fatal(err)
		}
		return f.ID
	}
	needed, left := keep("needed.txt"), keep("left.txt")
	wanted := map[string]bool{needed: true}
	if n, err := s.Release(t.Context(), time.Now().Add(-time.Hour), wanted); err != nil || n != 0 {
		t.Errorf("of young ones %d went, %v", n, err)
	}
	if n, err := s.Release(t.Context(), time.Now().Add(time.Hour), wanted); err != nil || n != 1 {
		t.Errorf("of old ones %d went, %v", n, err)
	}
	if _, err := s.Open(t.Context(), left); !fault.Is(err, fault.NotFound) {
		t.Errorf("what nobody needs: %v", err)
	}
	r, err := s.Open(t.Context(), needed)
	if err != nil {
		t.Fatal("what an action needs is gone:", err)
	}
	_ = r.Close()
}
