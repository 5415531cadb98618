package backup_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"portico/cmd/internal/backup"
	"portico/sync/fault"
)

var texts = map[string]string{"portico.db": strings.Repeat("rows ", 50_000), "files/abc": "an upload", "files/empty": ""}

func parts() []backup.Part {
	var out []backup.Part
	for _, name := range []string{"portico.db", "files/abc", "files/empty"} {
		out = append(out, backup.Part{Name: name, Open: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader(texts[name])), int64(len(texts[name])), nil
		}})
	}
	gone := func() (io.ReadCloser, int64, error) { return nil, 0, fs.ErrNotExist }
	return append(out, backup.Part{Name: "files/gone", Open: gone})
}

func write(t *testing.T, recipients ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b")
	m, err := backup.Write(t.Context(), path, recipients, backup.Manifest{Made: time.Unix(1e9, 0).UTC(), Schema: 3, Rows: map[string]int64{"x": 2}}, parts())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Entries) != 3 {
		t.Fatalf("entries %v", m.Entries)
	}
	return path
}

func read(t *testing.T, path, identity string) (map[string]string, backup.Manifest, error) {
	t.Helper()
	got := map[string]string{}
	m, err := backup.Read(t.Context(), path, identity, func(name string, r io.Reader) error {
		data, err := io.ReadAll(r)
		got[name] = string(data)
		return err
	})
	return got, m, err
}

func holds(t *testing.T, got map[string]string, m backup.Manifest) {
	t.Helper()
	if len(got) != len(texts) || m.Schema != 3 || m.Rows["x"] != 2 {
		t.Errorf("%d files, %+v", len(got), m)
	}
	for name, want := range texts {
		if got[name] != want {
			t.Errorf("%s is not what it was", name)
		}
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	t.Parallel()
	path := write(t)
	got, m, err := read(t, path, "")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, got, m)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("beside it: %v %v", left, err)
	}
}

func TestOnlyWhoIsNamedReadsAnEncryptedOne(t *testing.T) {
	t.Parallel()
	me, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	keys := func(name string, id *age.X25519Identity) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(id.String()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write(t, me.Recipient().String())
	if raw, err := os.ReadFile(path); err != nil || bytes.Contains(raw, []byte("portico.db")) {
		t.Errorf("it is readable: %v", err)
	}
	got, m, err := read(t, path, keys("me", me))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, got, m)
	for name, identity := range map[string]string{"nobody": "", "somebody else": keys("other", other), "no key": path} {
		if got, _, err := read(t, path, identity); !fault.Is(err, fault.Invalid) || len(got) > 0 {
			t.Errorf("%s read it: %v", name, err)
		}
	}
}

func TestADamagedOneIsRefused(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(write(t))
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, data []byte) {
		path := filepath.Join(t.TempDir(), "b")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := read(t, path, ""); err == nil || fault.Public(err) == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, n := range []int{0, 1, 10, len(whole) / 2, len(whole) - 9, len(whole) - 1} {
		refuse("cut off", whole[:n])
	}
	for at := 20; at < len(whole); at += max(1, len(whole)/40) {
		data := bytes.Clone(whole)
		data[at] ^= 0x10
		path := filepath.Join(t.TempDir(), "b")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		// A bit that says nothing, such as one that fills up a byte, may turn.
		if got, m, err := read(t, path, ""); err == nil {
			holds(t, got, m)
		} else if fault.Public(err) == "" {
			t.Errorf("one bit turned: %v", err)
		}
	}
	for _, n := range []int{100, len(whole) / 3, len(whole) - 5} {
		data := bytes.Clone(whole)
		copy(data[n:], "other")
		refuse("overwritten", data)
	}
	refuse("something else", []byte("PK\x03\x04"))
}

func TestABackupNeverReplacesAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), path, nil, backup.Manifest{}, parts()); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "mine" {
		t.Errorf("%q %v", data, err)
	}
}

func TestAFileThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, part := range map[string]backup.Part{
		"not readable": {Name: "x", Open: func() (io.ReadCloser, int64, error) { return nil, 0, fs.ErrPermission }},
		"shorter":      {Name: "x", Open: func() (io.ReadCloser, int64, error) { return io.NopCloser(strings.NewReader("ab")), 3, nil }},
		"longer":       {Name: "x", Open: func() (io.ReadCloser, int64, error) { return io.NopCloser(strings.NewReader("abcd")), 3, nil }},
	} {
		if _, err := backup.Write(t.Context(), filepath.Join(dir, "b"), nil, backup.Manifest{}, append(parts(), part)); err == nil {
			t.Errorf("%s: written all the same", name)
		}
	}
	if _, err := backup.Write(t.Context(), filepath.Join(dir, "b"), []string{"ssh-rsa x"}, backup.Manifest{}, parts()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a recipient that is none: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

func TestWhatTakeRefusesKeepsItsWords(t *testing.T) {
	t.Parallel()
	no := fault.New(fault.Unavailable, "There is no room left.")
	_, err := backup.Read(t.Context(), write(t), "", func(string, io.Reader) error { return no })
	if !fault.Is(err, fault.Unavailable) || fault.Public(err) != no.Public {
		t.Errorf("%v", err)
	}
}
