package store_test

import (
	"errors"
	"testing"

	"portico/sync/remote"
)

func TestASystemTellsItsSecretOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, want := range []bool{true, false} {
		if kept, err := w.sys.LearnSecret(t.Context(), w.conn, "signing", []byte{byte('a' + i)}); err != nil || kept != want {
			t.Fatalf("%d: %v, %v", i, kept, err)
		}
	}
	if got, err := w.sys.Secret(t.Context(), w.conn, "signing"); err != nil || string(got) != "a" {
		t.Fatalf("%q, %v", got, err)
	}
	must(t, w.sys.DropSecret(t.Context(), w.conn, "signing"))
	if _, err := w.sys.Secret(t.Context(), w.conn, "signing"); !errors.Is(err, remote.ErrNoSecret) {
		t.Errorf("%v", err)
	}
	if kept, err := w.sys.LearnSecret(t.Context(), w.conn, "signing", []byte("b")); err != nil || !kept {
		t.Errorf("%v, %v", kept, err)
	}
}
