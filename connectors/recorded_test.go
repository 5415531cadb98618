package connectors_test

import (
	"path/filepath"
	"testing"

	"portico/connectors/rehearsal"
)

// What is recorded of a system in the catalogue still becomes the records that it
// became, and shows what promises a recording can show.
func TestRecordingsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("catalog/*/testdata/recording.json")
	if err != nil || len(found) < 4 {
		t.Fatalf("%d recordings (%v)", len(found), err)
	}
	for _, recording := range found {
		dir := filepath.Dir(filepath.Dir(recording))
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			results, err := rehearsal.Run(t.Context(), dir, false)
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for _, r := range results {
				switch r.State {
				case rehearsal.Fail:
					t.Errorf("%s: %s", r.What, r.Says)
				case rehearsal.OK:
					tried++
				}
			}
			if tried == 0 {
				t.Error("nothing was tried")
			}
		})
	}
}
