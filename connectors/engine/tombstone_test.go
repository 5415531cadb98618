package engine_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
)

// graveyard is a stream of tickets in which deleted ones stay as tombstones, and
// a feed of those deleted.
var graveyard = strings.Replace(deskWith(untold), "        keep: item.private != true\n",
	"        deleted: item.gone == true\n        keep: item.private != true\n", 1) + `  removed:
    every: 1m
    fresh_for: 5m
    request: {path: /removed, query: {since: "{since}"}}
    items: body.items
    paging: {kind: next_url, next: body.next}
    incremental: {field: item.at, format: "2006-01-02T15:04:05Z", overlap: 15m}
    emit:
      - {kind: ticket, deleted: true, key: item.id, updated: item.at}
`

func answering(t *testing.T, body func(r *http.Request) any) remote.Conn {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(body(r)) })
}

func (s *sink) deleted() []string {
	var out []string
	for _, p := range s.pages {
		for _, r := range p.Deleted {
			out = append(out, string(r.Kind)+" "+r.External)
		}
	}
	return out
}

func TestATombstoneInAListDeletes(t *testing.T) {
	t.Parallel()
	items := []map[string]any{
		{"id": "1", "status": "open", "company": "Nordwind"},
		{"id": "2", "gone": true}, // nothing else is left of it
		{"id": "3", "gone": true, "private": true},
		{"id": "4", "status": "open", "company": "Nordwind"}, {"id": "4", "gone": true},
		{"id": "5", "gone": true}, {"id": "5", "status": "open", "company": "Nordwind"},
		{"gone": true}, {"id": "6", "gone": "perhaps", "status": "open", "company": "Nordwind"},
	}
	conn, out := answering(t, func(*http.Request) any { return map[string]any{"items": items} }), &sink{}
	c := load(t, graveyard)
	if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if got := out.deleted(); !slices.Equal(got, []string{"ticket 2", "ticket 3", "ticket 4"}) {
		t.Errorf("deleted %v", got)
	}
	if got := out.ids(); !slices.Equal(got, []string{"1", "5", "6"}) || len(out.pages[0].Rejects) != 1 {
		t.Errorf("read %v, set aside %v", got, out.pages[0].Rejects)
	}
	if ref := out.pages[0].Deleted[0]; ref.Connection != conn.ID {
		t.Errorf("the tombstone belongs to %v", ref.Connection)
	}
	census := &sink{}
	if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: remote.Census}, census); err != nil {
		t.Fatal(err)
	}
	if seen := census.pages[0].Seen[record.KindTicket]; slices.Contains(seen, "2") || !slices.Contains(seen, "1") {
		t.Errorf("a census counts %v", seen)
	}
}

func TestAFeedOfTombstonesNeverDeletesWhatWasRestored(t *testing.T) {
	t.Parallel()
	feed := []map[string]any{{"id": "1", "at": noon.Format(time.RFC3339)}}
	conn := answering(t, func(*http.Request) any { return map[string]any{"items": feed} })
	c, from := load(t, graveyard), remote.Checkpoint(nil)
	pull := func() []string {
		t.Helper()
		out := &sink{}
		if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "removed", Mode: remote.Changes, Checkpoint: from}, out); err != nil {
			t.Fatal(err)
		}
		from = out.checkpoint()
		return out.deleted()
	}
	if got := pull(); !slices.Equal(got, []string{"ticket 1"}) {
		t.Fatalf("deleted %v", got)
	}
	feed = append(feed, map[string]any{"id": "2", "at": noon.Add(time.Minute).Format(time.RFC3339)})
	if got := pull(); !slices.Equal(got, []string{"ticket 2"}) {
		t.Errorf("the overlap shows 1 again, which may have been restored: deleted %v", got)
	}
	feed[0]["at"] = noon.Add(2 * time.Minute).Format(time.RFC3339) // deleted once more
	if got := pull(); !slices.Equal(got, []string{"ticket 1"}) {
		t.Errorf("deleted %v", got)
	}
}

func TestAFeedOfTombstonesSpeaksForNoKind(t *testing.T) {
	t.Parallel()
	spec := load(t, graveyard).Spec()
	feed, _ := spec.Stream("removed")
	tickets, _ := spec.Stream("tickets")
	if len(feed.Kinds) != 0 || !slices.Equal(tickets.Kinds, []record.Kind{record.KindTicket}) {
		t.Errorf("the feed feeds %v and the stream %v", feed.Kinds, tickets.Kinds)
	}
}
