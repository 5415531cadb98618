package store_test

import (
	"testing"
	"time"

	"portico/sync/record"
	"portico/sync/run"
)

func TestWebhooksAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []run.HookCounts{
		{Connection: w.conn, Taken: 2, LastTaken: first},
		{Connection: w.conn, Refused: 3, LastRefused: first.Add(time.Minute), Problem: "The signature does not fit."},
		{Connection: w.conn, Repeated: 1, LastTaken: first.Add(time.Hour)},
	} {
		must(t, w.sys.CountHooks(t.Context(), []run.HookCounts{c, {Connection: record.NewConnectionID(), Refused: 9}}))
	}
	got, err := w.sys.HookCounts(t.Context(), w.conn)
	want := run.HookCounts{Connection: w.conn, Taken: 2, Repeated: 1, Refused: 3, LastTaken: first.Add(time.Hour), LastRefused: first.Add(time.Minute), Problem: "The signature does not fit."}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if none, err := w.sys.HookCounts(t.Context(), record.NewConnectionID()); err != nil || none.Refused > 0 {
		t.Errorf("%+v, %v", none, err)
	}
}
