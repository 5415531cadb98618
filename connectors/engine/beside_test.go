package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"portico/sync/record"
	"portico/sync/remote"
)

// referring is the desk with tickets that name their owner by number, whose row
// stands beside them, and their status by number, which a table spells out.
var referring = strings.NewReplacer(
	"streams:\n", "tables:\n  words: {request: {path: /words}, items: body.words, key: item.id, optional: true}\nstreams:\n",
	"    paging:", "    beside: {people: {items: body.people, key: item.id}}\n    by_id: {request: {path: \"/tickets/{id}\"}, items: body.item}\n    paging:",
	"status: item.status,", `status: 'pick(words[string(item.status)]?.word, string(item.status))', requester: 'people[string(item.owner)]?.name',`,
).Replace(deskWith(untold))

// referred answers the list in two pages, each with the people of its own tickets.
func referred(words func(w http.ResponseWriter)) (http.HandlerFunc, *[]string) {
	asked := &[]string{}
	return func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		switch {
		case r.URL.Path == "/words":
			words(w)
		case strings.HasPrefix(r.URL.Path, "/tickets/"):
			_, _ = w.Write([]byte(`{"item": {"id": "2", "status": 7, "owner": 19000000000000001, "company": "c"}, "people": [{"id": 19000000000000001, "name": "Bo"}]}`))
		case r.URL.Query().Get("page") == "2":
			_, _ = w.Write([]byte(`{"items": [{"id": "2", "status": 7, "owner": 19000000000000001, "company": "c"}], "people": [{"id": 19000000000000001, "name": "Bo"}, {"name": "no number"}, "odd"]}`))
		default:
			_, _ = w.Write([]byte(`{"items": [{"id": "1", "status": 7, "owner": 5, "company": "c"}, {"id": "3", "status": 8, "owner": 6, "company": "c"}], "people": [{"id": 5, "name": "Ada"}], "next": "/tickets?page=2"}`))
		}
	}, asked
}

func wordsOf(t *testing.T, records []record.Record) []string {
	t.Helper()
	var out []string
	for _, r := range records {
		ticket := r.Body.(record.Ticket)
		out = append(out, r.External+" "+ticket.Status+" "+ticket.Requester.Name)
	}
	return out
}

func TestRowsBesideItemsAndTablesAreLookedInto(t *testing.T) {
	t.Parallel()
	h, asked := referred(func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"words": [{"id": 7, "word": "Waiting"}]}`)) })
	conn, out := serve(t, h), &sink{}
	c := load(t, referring)
	if err := c.Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	var records []record.Record
	for _, p := range out.pages {
		records = append(records, p.Records...)
	}
	if got := wordsOf(t, records); !slices.Equal(got, []string{"1 Waiting Ada", "3 8 ", "2 Waiting Bo"}) {
		t.Errorf("read %q", got)
	}
	if n := strings.Count(strings.Join(*asked, " "), "/words"); n != 1 {
		t.Errorf("the table was read %d times in one pull", n)
	}
	again, err := c.Read(t.Context(), conn, []record.Ref{{Kind: record.KindTicket, External: "2"}})
	if got := wordsOf(t, again); err != nil || !slices.Equal(got, []string{"2 Waiting Bo"}) {
		t.Errorf("read again %q, %v", got, err)
	}
}

func TestATableThatASystemDoesNotHaveIsEmptyAndOneThatFailsStopsThePull(t *testing.T) {
	t.Parallel()
	for code, fine := range map[int]bool{http.StatusNotFound: true, http.StatusForbidden: true, http.StatusInternalServerError: false} {
		h, _ := referred(func(w http.ResponseWriter) { w.WriteHeader(code) })
		out := &sink{}
		err := load(t, referring).Pull(withoutWaiting(t), serve(t, h), changes(nil), out)
		if fine != (err == nil) || fine != (out.complete == 1) {
			t.Errorf("%d: %v, complete %d times", code, err, out.complete)
		}
		if !fine && len(out.pages) > 0 {
			t.Errorf("%d: %d pages were emitted with words that are not known", code, len(out.pages))
		}
	}
}

func TestATableIsReadOnlyByWhoUsesIt(t *testing.T) {
	t.Parallel()
	h, asked := referred(func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	text := strings.Replace(referring, `status: 'pick(words[string(item.status)]?.word, string(item.status))'`, "status: item.status", 1)
	if err := load(t, text).Pull(t.Context(), serve(t, h), changes(nil), &sink{}); err != nil || slices.Contains(*asked, "/words") {
		t.Errorf("asked for %v: %v", *asked, err)
	}
}

func TestAParameterThatComesToNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	var queries []string
	text := strings.Replace(deskWith(tokens), `since: "{since}"`, `since: '{cursor == "" ? since : ""}'`, 1)
	conn := answering(t, func(r *http.Request) any {
		queries = append(queries, r.URL.RawQuery)
		if r.URL.Query().Has("cursor") {
			return map[string]any{"items": []any{}, "total": 1}
		}
		return map[string]any{"items": rows(1), "cursor": "c2", "total": 1}
	})
	if err := load(t, text).Pull(t.Context(), conn, remote.PullRequest{Stream: "tickets", Mode: remote.Changes}, &sink{}); err != nil {
		t.Fatal(err)
	}
	if len(queries) != 2 || !strings.Contains(queries[0], "since=") || queries[1] != "cursor=c2" {
		t.Errorf("asked %q", queries)
	}
}

func TestRowsThatAnAnswerDoesNotHaveAreAskedForOncePerPage(t *testing.T) {
	t.Parallel()
	text := strings.Replace(referring, "beside: {people: {items: body.people, key: item.id}}",
		`beside: {people: {request: {path: /people, query: {ids: '{join(ids, ",")}'}}, of: item.owner, items: body.people, key: item.id}}`, 1)
	list, _ := referred(func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"words": []}`)) })
	var asked []string
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/people" {
			list(w, r)
			return
		}
		asked = append(asked, r.URL.Query().Get("ids"))
		_, _ = w.Write([]byte(`{"people": [{"id": 5, "name": "Ada"}, {"id": 19000000000000001, "name": "Bo"}]}`))
	})
	out := &sink{}
	if err := load(t, text).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	var records []record.Record
	for _, p := range out.pages {
		records = append(records, p.Records...)
	}
	if got := wordsOf(t, records); !slices.Equal(got, []string{"1 7 Ada", "3 8 ", "2 7 Bo"}) || !slices.Equal(asked, []string{"5,6", "19000000000000001"}) {
		t.Errorf("read %q, asked for %q", got, asked)
	}
}
