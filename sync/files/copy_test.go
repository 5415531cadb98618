package files_test

import (
	"io"
	"strings"
	"testing"

	"portico/sync/fault"
	"portico/sync/files"
)

func TestKeptFilesMoveToAnotherStore(t *testing.T) {
	t.Parallel()
	open := func() *files.Store {
		s, err := files.New(files.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	from, to := open(), open()
	kept, err := from.Keep(t.Context(), "note.txt", strings.NewReader("some words"))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	err = from.Each(t.Context(), func(id string, size int64) error {
		seen = append(seen, id)
		if size != 10 {
			t.Errorf("%d bytes", size)
		}
		r, err := from.Open(t.Context(), id)
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		return to.Put(t.Context(), id, r)
	})
	if err != nil || len(seen) != 1 || seen[0] != kept.ID {
		t.Fatalf("seen %v, %v", seen, err)
	}
	r, err := to.Open(t.Context(), kept.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if data, err := io.ReadAll(r); err != nil || string(data) != "some words" {
		t.Errorf("%q %v", data, err)
	}
	for _, id := range []string{"", "../escape", strings.ToUpper(kept.ID)} {
		if err := to.Put(t.Context(), id, strings.NewReader("x")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was taken: %v", id, err)
		}
	}
}
