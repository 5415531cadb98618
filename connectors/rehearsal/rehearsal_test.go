package rehearsal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/connectors/rehearsal"
)

// copied is the worked example with its manifest or a file of its recording changed.
func copied(t *testing.T, file, old, with string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "stockbook")
	must(t, os.CopyFS(dir, os.DirFS("../example/stockbook")))
	path := filepath.Join(dir, filepath.FromSlash(file))
	data, err := os.ReadFile(path)
	must(t, err)
	text := strings.Replace(string(data), old, with, 1)
	if text == string(data) && old != with {
		t.Fatalf("%s does not hold %q", file, old)
	}
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each way of being wrong is told, and by the try that is for it.
func TestWhatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, old, with, what, says string }{
		"another record":      {"manifest.yaml", "name: item.name\n          serial", "name: item.serial\n          serial", "items: golden records", "@ line"},
		"another question":    {"manifest.yaml", "path: /api/items\n      query", "path: /api/things\n      query", "items: golden records", "not recorded"},
		"a private text":      {"manifest.yaml", "status: item.state", "status: item.office_note", "private texts stay inside", "came out"},
		"a text that is not":  {"testdata/private.txt", "written off", "scrapped", "private texts stay inside", "nothing was tried"},
		"a check that fails":  {"manifest.yaml", "body.total != nil", "body.total == nil", "the check of a connection", "Is this the right address?"},
		"believes a web page": {"manifest.yaml", "status: 401, is: auth", "status: 401, is: gone", "", ""},
		"no version of times": {"manifest.yaml", "key: item.id\n        version", "key: item.nothing\n        version", "items: golden records", "another than before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, err := rehearsal.Run(t.Context(), copied(t, c.file, c.old, c.with), false)
			must(t, err)
			failed := ""
			for _, r := range results {
				if r.State == rehearsal.Fail {
					failed += r.What + ": " + r.Says + "\n"
				}
			}
			if (c.what == "") != (failed == "") || !strings.Contains(failed, c.what) || !strings.Contains(failed, c.says) {
				t.Errorf("failed:\n%s", failed)
			}
		})
	}
}

func TestGoldenRecordsAreWrittenOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	dir := copied(t, "manifest.yaml", "name: item.name\n          serial", "name: item.serial\n          serial")
	golden := filepath.Join(dir, "testdata", "golden", "items.json")
	before, err := os.ReadFile(golden)
	must(t, err)
	for _, update := range []bool{false, true} {
		results, err := rehearsal.Run(t.Context(), dir, update)
		must(t, err)
		now, err := os.ReadFile(golden)
		must(t, err)
		if changed := string(now) != string(before); changed != update {
			t.Errorf("update %v: changed %v, %+v", update, changed, results[1])
		}
	}
}

// A recording of the beginning shows what it can.
func TestABeginningIsTriedAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	dir := copied(t, "testdata/recording.json", `"settings"`, `"partial": ["items"],
  "settings"`)
	pages, err := filepath.Glob(filepath.Join(dir, "testdata", "pages", "*.json"))
	must(t, err)
	must(t, os.Remove(pages[len(pages)-1]))
	results, err := rehearsal.Run(t.Context(), dir, true)
	must(t, err)
	for _, r := range results {
		if r.State == rehearsal.Fail {
			t.Errorf("%+v", r)
		}
	}
	if results[2].State != rehearsal.Skip || !strings.Contains(results[2].Says, "only the beginning") || !strings.Contains(results[1].Says, "record") {
		t.Errorf("%+v", results)
	}
}

func TestAFolderWithoutARecordingSaysHowToMakeOne(t *testing.T) {
	t.Parallel()
	dir := copied(t, "manifest.yaml", "", "")
	must(t, os.Remove(filepath.Join(dir, "testdata", "recording.json")))
	if _, err := rehearsal.Run(t.Context(), dir, false); err == nil || !strings.Contains(err.Error(), "connector record") {
		t.Errorf("%v", err)
	}
}
