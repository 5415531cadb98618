package own_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portico/connectors/own"
)

// good is the least that a manifest needs.
const good = `portico: 1
id: ID
name: NAME
config:
  url: {type: url, label: Address, required: true}
http:
  base: config.url
  auth: {kind: none}
check:
  steps:
    - {name: list, request: {path: /things}, found: Things can be read.}
streams:
  things:
    every: 5m
    fresh_for: 1h
    request: {path: /things}
    items: body
    emit:
      - kind: asset
        key: item.id
        company: item.client
        map: {name: item.name}
`

func text(id, name string) string {
	return strings.NewReplacer("ID", id, "NAME", name).Replace(good)
}

// shelf is a folder with a watcher over it.
type shelf struct {
	*own.Folder

	t         *testing.T
	dir, keep string
	moved     time.Time
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{t: t, dir: t.TempDir(), keep: filepath.Join(t.TempDir(), "kept"), moved: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	s.restart()
	return s
}

// restart forgets everything that a process knows.
func (s *shelf) restart() {
	s.Folder = own.New(own.Options{Dir: s.dir, Keep: s.keep, Log: slog.New(slog.DiscardHandler),
		BuiltIn: func(id string) bool { return id == "requesttracker" }})
}

// write puts a file there, dated later than every one before.
func (s *shelf) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o700))
	s.must(os.WriteFile(path, []byte(text), 0o600))
	s.moved = s.moved.Add(time.Minute)
	s.must(os.Chtimes(path, s.moved, s.moved))
}

func (s *shelf) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// settle looks until a change that stands still is taken.
func (s *shelf) settle() { s.Look(); s.Look() }

// serve looks as a process does that stays, once.
func (s *shelf) serve() {
	ctx, cancel := context.WithCancel(s.t.Context())
	cancel()
	s.must(s.Run(ctx, func(context.Context, []string) error { return nil }))
}

// runs is the name under which an id runs, or "".
func (s *shelf) runs(id string) string {
	v, ok := s.Find(id)
	if !ok {
		return ""
	}
	return v.Spec().Name
}

// wants exactly one mistake that says a text, of a file.
func (s *shelf) wants(file, says string) own.Mistake {
	s.t.Helper()
	list := s.Mistakes()
	for _, m := range list {
		if m.File == file && strings.Contains(strings.Join(m.Says, "\n"), says) {
			return m
		}
	}
	s.t.Fatalf("no mistake of %s says %q: %+v", file, says, list)
	return own.Mistake{}
}

func TestAFileIsTakenWhenItStandsStill(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("desk/manifest.yaml", text("desk", "Desk"))
	s.write("stock.yaml", text("stock", "Stock"))
	if s.runs("desk") != "Desk" || s.runs("stock") != "Stock" || len(s.Mistakes()) > 0 {
		t.Fatalf("at the start: %+v, %+v", s.Versions(), s.Mistakes())
	}
	before, _ := s.Find("desk")
	s.write("desk/manifest.yaml", text("desk", "Better Desk"))
	if changed := s.Look(); len(changed) > 0 || s.runs("desk") != "Desk" {
		t.Error("a file was taken at the first sight of its change")
	}
	if changed := s.Look(); len(changed) != 1 || changed[0] != "desk" || s.runs("desk") != "Better Desk" {
		t.Errorf("it stands still and is not taken: %v", changed)
	}
	if after, _ := s.Find("desk"); after.Hash == before.Hash || after.File != "desk/manifest.yaml" || len(after.Hash) != 12 {
		t.Errorf("the hash of another text: %q and %q", before.Hash, after.Hash)
	}
	if changed := s.Look(); len(changed) > 0 {
		t.Errorf("nothing changed, and %v is told", changed)
	}
}

func TestABrokenFileLeavesTheLastGoodVersionRunning(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("desk.yaml", text("desk", "Desk"))
	s.serve()
	good, _ := s.Find("desk")
	for name, broken := range map[string]string{
		"not YAML":     "portico: 1\nid: desk\n  - : [",
		"half":         text("desk", "Desk")[:120],
		"a wrong key":  strings.Replace(text("desk", "Desk"), "every: 5m", "evry: 5m", 1),
		"a wrong word": strings.Replace(text("desk", "Desk"), "item.client", "itm.client", 1),
		"empty":        "",
	} {
		s.write("desk.yaml", broken)
		s.settle()
		m := s.wants("desk.yaml", "desk.yaml:")
		if m.Runs != good.Hash || m.ID != "desk" || s.runs("desk") != "Desk" {
			t.Errorf("%s: %+v, runs %q", name, m, s.runs("desk"))
		}
	}
	s.write("desk.yaml", strings.Replace(text("desk", "Desk"), "every: 5m", "evry: 5m", 1))
	s.restart() // the file is still broken
	if m := s.wants("desk.yaml", "desk.yaml:"); s.runs("desk") != "Desk" || m.Runs != good.Hash {
		t.Errorf("after a restart: %+v, runs %q", m, s.runs("desk"))
	}
	s.write("desk.yaml", text("desk", "Mended"))
	s.settle()
	if s.runs("desk") != "Mended" || len(s.Mistakes()) > 0 {
		t.Errorf("after it was mended %q runs: %+v", s.runs("desk"), s.Mistakes())
	}
}

func TestTwoFilesWithOneIDChangeNothing(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("a.yaml", text("desk", "First"))
	s.write("b.yaml", text("desk", "Second"))
	s.wants("a.yaml", `a.yaml and b.yaml have the id "desk"`)
	s.wants("b.yaml", `a.yaml and b.yaml have the id "desk"`)
	if got := s.runs("desk"); got != "" {
		t.Fatalf("%q was taken although another file has its id", got)
	}
	s.must(os.Remove(filepath.Join(s.dir, "b.yaml")))
	s.settle()
	if s.runs("desk") != "First" || len(s.Mistakes()) > 0 {
		t.Fatalf("alone: %q, %+v", s.runs("desk"), s.Mistakes())
	}
	s.write("0.yaml", text("desk", "Usurper"))
	s.settle()
	if m := s.wants("0.yaml", "none of them is taken"); s.runs("desk") != "First" || m.Runs == "" {
		t.Errorf("a second file won: %q, %+v", s.runs("desk"), m)
	}
}

func TestABuiltInConnectorIsNotReplaced(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("rt.yaml", text("requesttracker", "Mine"))
	s.wants("rt.yaml", "comes with Portico")
	if s.runs("requesttracker") != "" {
		t.Error("it replaced a connector of the program")
	}
}

func TestAFileThatIsGoneLeavesItsVersionRunning(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("desk/manifest.yaml", text("desk", "Desk"))
	s.serve()
	s.must(os.RemoveAll(filepath.Join(s.dir, "desk")))
	s.settle()
	if v, ok := s.Find("desk"); !ok || !v.Gone {
		t.Fatalf("gone: %+v", v)
	}
	s.restart()
	if v, ok := s.Find("desk"); !ok || !v.Gone || v.Spec().Name != "Desk" {
		t.Fatalf("gone, after a restart: %+v", v)
	}
	s.write("elsewhere.yaml", text("desk", "Desk"))
	s.settle()
	if v, _ := s.Find("desk"); v.Gone || v.File != "elsewhere.yaml" {
		t.Errorf("it is back under another name: %+v", v)
	}
}

func TestAFolderThatSomebodyNamedShouldBeThere(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none")
	for _, expected := range []bool{false, true} {
		f := own.New(own.Options{Dir: missing, Expected: expected, Log: slog.New(slog.DiscardHandler), BuiltIn: func(string) bool { return false }})
		if got := len(f.Mistakes()); got != map[bool]int{false: 0, true: 1}[expected] {
			t.Errorf("expected %v: %d mistakes", expected, got)
		}
	}
}

// What could not be told of a change is told again.
func TestAChangeIsToldUntilItIsHeard(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("desk.yaml", text("desk", "Desk"))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		told := 0
		err := s.Run(ctx, func(_ context.Context, ids []string) error {
			if told++; told == 2 {
				cancel()
			}
			if len(ids) != 1 || ids[0] != "desk" {
				t.Errorf("told of %v", ids)
			}
			return errors.New("the database is away")
		})
		if err != nil || told != 2 {
			t.Errorf("told %d times, %v", told, err)
		}
	})
}

func TestAFolderIsListedAsItWouldBeLoaded(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.write("desk/manifest.yaml", text("desk", "Desk"))
	s.write("stock.yaml", text("stock", "Stock"))
	s.write("notes.txt", "nothing")
	for dir, want := range map[string][]string{s.dir: {"desk/manifest.yaml", "stock.yaml"}, filepath.Join(s.dir, "desk"): {"manifest.yaml"}} {
		got, err := own.Files(dir)
		s.must(err)
		for i, name := range want {
			if len(got) != len(want) || got[i] != filepath.Join(dir, name) {
				t.Errorf("%s: %v", dir, got)
				break
			}
		}
	}
	if _, err := own.Files(filepath.Join(s.dir, "none")); err == nil {
		t.Error("a folder that is not there is listed")
	}
}
