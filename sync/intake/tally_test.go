package intake_test

import (
	"net/http"
	"testing"
	"time"
)

func TestWhatBecameOfMessagesIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.message("evt_1", `{"tickets":["1"]}`)
	for range 3 {
		w.send(t, good)
	}
	forged := good
	forged.change = func(r *http.Request) { r.Header.Del("webhook-signature") }
	late := good
	late.at = late.at.Add(-time.Hour)
	nobody := good
	nobody.to = "01a201e8-2d82-7b69-b9e7-c864790dbb29"
	for _, m := range []message{forged, late, nobody} {
		w.send(t, m)
	}
	must(t, w.in.Sweep(t.Context()))
	got, err := w.HookCounts(t.Context(), w.conn)
	if err != nil || got.Taken != 1 || got.Repeated != 2 || got.Refused != 2 || got.Problem != "The message is too old." || got.LastRefused.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}
