package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/portal/ui"
)

// patient notes how often it was given more time.
type patient struct {
	*httptest.ResponseRecorder
	extended int
}

func (p *patient) SetWriteDeadline(time.Time) error { p.extended++; return nil }

// A large file takes long; what counts is that some of it arrives.
func TestALargeDownloadGetsMoreTimeAsItGoes(t *testing.T) {
	t.Parallel()
	w := &patient{ResponseRecorder: httptest.NewRecorder()}
	const size = 5 << 20
	err := ui.Download(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), "a.bin", strings.NewReader(strings.Repeat("x", size)), size)
	if err != nil || w.Body.Len() != size || w.extended < 5 {
		t.Errorf("%d bytes, %d times more time, %v", w.Body.Len(), w.extended, err)
	}
}
