package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// stubs is a list that says of each ticket only that it changed.
var stubs = strings.Replace(deskWith(untold), "    emit:\n", `    by_id:
      request: {path: "/tickets/{id}"}
      items: body.ticket
      stubs: true
      parallel: 3
    emit:
`, 1)

// shelf serves a list of stubs, and the tickets one by one.
type shelf struct {
	mu     sync.Mutex
	list   []map[string]any
	gone   []string
	read   []string // ids that were asked for
	busy   int
	most   int
	answer func(id string) any // instead of the ticket
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, single := strings.CutPrefix(r.URL.Path, "/tickets/")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !single:
		_ = json.NewEncoder(w).Encode(map[string]any{"items": s.list})
		return
	case slices.Contains(s.gone, id):
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.read = append(s.read, id)
	s.busy++
	s.most = max(s.most, s.busy)
	s.mu.Unlock() // others may come in
	s.mu.Lock()
	s.busy--
	var ticket any = map[string]any{"id": id, "status": "open", "company": "Nordwind", "subject": "whole " + id}
	if s.answer != nil {
		ticket = s.answer(id)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ticket": ticket})
}

func stubsOf(n int, at string) []map[string]any {
	out := make([]map[string]any, n)
	for i := range out {
		out[i] = map[string]any{"id": fmt.Sprint(i + 1), "updated": at}
	}
	return out
}

func TestStubsAreReadOneByOneAndOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	source := &shelf{list: stubsOf(9, "2026-03-01T12:00:00Z"), gone: []string{"4"}}
	c, conn, first := load(t, stubs), serve(t, source.ServeHTTP), &sink{}
	if err := c.Pull(t.Context(), conn, changes(nil), first); err != nil {
		t.Fatal(err)
	}
	if got := first.ids(); !slices.Equal(got, []string{"1", "2", "3", "5", "6", "7", "8", "9"}) || source.most > 3 {
		t.Errorf("read %v, %d at once", got, source.most)
	}
	if subject := first.pages[0].Records[0].Body.(record.Ticket).Subject; subject != "whole 1" {
		t.Errorf("a stub was mapped: %q", subject)
	}
	source.read, source.list[6]["updated"] = nil, "2026-03-01T12:01:00Z"
	second := &sink{}
	if err := c.Pull(t.Context(), conn, changes(first.checkpoint()), second); err != nil {
		t.Fatal(err)
	}
	if got := source.read; !slices.Equal(got, []string{"7"}) {
		t.Errorf("one changed, and %v were read", got)
	}
	census := &sink{}
	if err := c.Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: remote.Census}, census); err != nil {
		t.Fatal(err)
	}
	if n := len(census.pages[0].Seen[record.KindTicket]); n != 9 || len(source.read) != 1 {
		t.Errorf("a census of 9 saw %d and read %v", n, source.read)
	}
}

func TestSingleRecordsAreReadAgainByTheirKeys(t *testing.T) {
	t.Parallel()
	source := &shelf{gone: []string{"2"}}
	c, conn := load(t, stubs), serve(t, source.ServeHTTP)
	got, err := c.Read(t.Context(), conn, []record.Ref{{Kind: record.KindTicket, External: "1"}, {Kind: record.KindTicket, External: "2"}})
	if err != nil || len(got) != 1 || got[0].External != "1" {
		t.Errorf("read %v (%v)", got, err)
	}
}

func TestASingleRecordThatCannotBeUsedSaysWhy(t *testing.T) {
	t.Parallel()
	source := &shelf{gone: []string{"2"}, answer: func(id string) any {
		return map[string]any{"id": id, "status": []string{"open"}, "company": "Nordwind", "subject": "whole"}
	}}
	c, conn := load(t, stubs), serve(t, source.ServeHTTP)
	var teller remote.Teller = c
	page, err := teller.Tell(t.Context(), conn, record.Ref{Kind: record.KindTicket, External: "1"})
	if err != nil || len(page.Records) != 0 || len(page.Rejects) != 1 || page.Rejects[0].External != "1" || page.Rejects[0].Reason == "" {
		t.Errorf("told %+v (%v)", page, err)
	}
	if page, err := teller.Tell(t.Context(), conn, record.Ref{Kind: record.KindTicket, External: "2"}); err != nil || len(page.Records)+len(page.Rejects) != 0 {
		t.Errorf("of one that is gone: %+v (%v)", page, err)
	}
	if _, err := teller.Tell(t.Context(), conn, record.Ref{Kind: record.KindComment, External: "1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a kind that is not read by itself: %v", err)
	}
}

func TestASingleRecordOfTheWrongShapeStopsThePage(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]any{"text": "no", "two": []any{map[string]any{"id": "1"}, map[string]any{"id": "2"}}} {
		source := &shelf{list: stubsOf(2, "2026-03-01T12:00:00Z"), answer: func(string) any { return answer }}
		conn, out := serve(t, source.ServeHTTP), &sink{}
		err := load(t, stubs).Pull(withoutWaiting(t), conn, changes(nil), out)
		if !fault.Is(err, fault.Broken) || len(out.pages) > 0 || out.complete > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
