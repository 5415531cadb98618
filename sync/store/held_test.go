package store_test

import (
	"strings"
	"testing"

	"portico/sync/record"
	"portico/sync/remote"
)

func TestAHoldLastsUntilItsOwnKindIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nordwind := w.account(t, "Nordwind")
	now := w.clock()
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN drops", "open", now))
	w.match(t, "Nordwind", nordwind)
	var all []string
	var comments []record.Record
	for _, id := range strings.Fields("10 11 12 13 14 15 16 17 18 19") {
		all, comments = append(all, id), append(comments, comment(id, "1", "words", now))
	}
	w.pull(t, "conversation", comments...)
	held := func() string {
		streams, err := w.sys.Streams(t.Context(), w.conn)
		must(t, err)
		for _, s := range streams {
			if s.Stream == "conversation" {
				return s.Held
			}
		}
		return "no such stream"
	}
	r := w.begin(t, "conversation", remote.Census)
	for _, step := range []struct {
		kind record.Kind
		seen []string
		held bool
	}{{record.KindComment, nil, true}, {record.KindAttachment, nil, true}, {record.KindComment, all, false}} {
		_, err := w.sys.Sweep(t.Context(), r, step.kind, step.seen, false)
		must(t, err)
		if (held() != "") != step.held {
			t.Errorf("after the census of %s: held %q, want held %v", step.kind, held(), step.held)
		}
	}
}
