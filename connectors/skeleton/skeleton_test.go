package skeleton_test

import (
	"os"
	"path/filepath"
	"testing"

	"portico/connectors/manifest"
	"portico/connectors/skeleton"
	"portico/sync/fault"
)

func TestASkeletonHasNoMistakesAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "connectors")
	made, err := skeleton.Write(dir, "stock2")
	if err != nil || len(made) != 3 {
		t.Fatalf("%v, %v", made, err)
	}
	path := filepath.Join(dir, "stock2", "manifest.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(path, data)
	if err != nil || m.ID != "stock2" || m.Name != "Stock2" || len(manifest.Lint(path, data)) > 0 {
		t.Fatalf("%v: %v", m, manifest.Lint(path, data))
	}
	if _, err := skeleton.Write(dir, "stock2"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second one: %v", err)
	}
	for _, wrong := range []string{"", "Stock", "../stock", "stock room", "9lives"} {
		if _, err := skeleton.Write(dir, wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
