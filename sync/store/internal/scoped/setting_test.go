package scoped_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheAccountIsNeverSetForASession reads the sources: a setting that outlives
// its transaction would be found by the next borrower of the connection.
func TestTheAccountIsNeverSetForASession(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"*.go", "../../*.go", "../../migrations/postgres/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	sets := regexp.MustCompile(`(?i)set_config\([^)]*\)|\bset\s+(session\s+)?app\.`)
	seen := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range sets.FindAllString(string(text), -1) {
			seen++
			if !strings.HasSuffix(use, ", true)") {
				t.Errorf("%s: %s", file, use)
			}
		}
	}
	if seen == 0 {
		t.Error("nothing sets the account, so nothing was tested")
	}
}
