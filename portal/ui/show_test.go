package ui_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/fault"
)

func TestAPageIsSentWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "the first half")
		return errors.New("no second half")
	})
	for _, text := range []string{strings.Repeat("long ", 200_000), "short"} { // what one page left is not in the next
		w := httptest.NewRecorder()
		if err := ui.Show(w, r, http.StatusConflict, half); !fault.Is(err, fault.Internal) {
			t.Errorf("%v", err)
		}
		if w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("half a page was sent: %q %v", w.Body, w.Header())
		}
		w = httptest.NewRecorder()
		if err := ui.Show(w, r, http.StatusConflict, templ.Raw(text)); err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusConflict || w.Body.String() != text || w.Header().Get("Content-Length") != strconv.Itoa(len(text)) {
			t.Errorf("%d, %v, %d bytes", w.Code, w.Header(), w.Body.Len())
		}
	}
}
