package files_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"portico/sync/files"
	"portico/sync/record"
)

// modest is a large file that nobody gets much of at once.
type modest struct{ left int }

func (m *modest) Read(p []byte) (int, error) {
	switch {
	case len(p) > 1<<20:
		return 0, errors.New("somebody wants to hold it whole")
	case m.left == 0:
		return 0, io.EOF
	}
	n := min(len(p), m.left)
	m.left -= n
	return n, nil
}

func TestADownloadIsNeverHeldWhole(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	s, _ := newStore(t, files.Options{})
	rc, got, err := s.Cached(t.Context(), record.NewAccountID(), "large", func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(&modest{size}), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, rc)
	if err != nil || n != size || got != size {
		t.Errorf("%d of %d bytes, %v", n, got, err)
	}
	if err := rc.Close(); err != nil {
		t.Error(err)
	}
}
