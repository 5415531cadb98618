package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAMappingGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "desk.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		call string
		says string
	}{
		{[]string{"export", "Help desk"}, "export Help desk", "{}\n"},
		{[]string{"import", "Help desk", file}, "import Help desk 2 false", "Nothing was changed yet. Add --apply"},
		{[]string{"import", "Help desk", file, "--apply"}, "import Help desk 2 true", "Changed: 1."},
	} {
		f := &fake{}
		code, out, errs := shell{fake: f}.run(t, append([]string{"connector"}, c.args...)...)
		if code != exitOK || errs != "" || !slices.Equal(f.calls, []string{c.call}) || !strings.Contains(out, c.says) {
			t.Errorf("%v: code %d, calls %q, output %q, errors %q", c.args, code, f.calls, out, errs)
		}
		if c.args[0] == "import" && (!strings.Contains(out, "other name") || strings.Contains(out, "same")) {
			t.Errorf("%v shows %q", c.args, out)
		}
	}
	if code, _, errs := (shell{fake: &fake{}}).run(t, "connector", "import", "Help desk", file+"x"); code == exitOK || !strings.Contains(errs, "read file") {
		t.Errorf("a file that is not there: code %d, %q", code, errs)
	}
}
