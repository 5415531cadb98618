package engine_test

import (
	"net/http"
	"slices"
	"testing"

	"portico/sync/record"
)

// nested is the desk with the comments of a ticket inside it.
var nested = deskWith(untold) + `      - kind: comment
        each: item.notes
        keep: item.private != true
        key: parent.id + "-" + item.id
        parent: parent.id
        parent_kind: ticket
        map: {type: '"message"', text: item.text, author: parent.owner}
`

func TestWhatStandsInsideAnItemIsReadWithoutAnotherRequest(t *testing.T) {
	t.Parallel()
	asked := 0
	ticket := func(id string, notes any) map[string]any {
		return map[string]any{"id": id, "status": "open", "company": "Nordwind", "owner": "Mara " + id, "notes": notes}
	}
	note := func(id string) map[string]any { return map[string]any{"id": id, "text": "Note " + id} }
	private := note("3")
	private["private"] = true
	items := []any{
		ticket("1", []any{note("1"), note("2"), private, nil}), ticket("2", nil), ticket("3", note("9")),
		ticket("4", []any{"text"}), ticket("5", []any{map[string]any{"text": "no id", "id": map[string]any{}}}), "odd",
	}
	serving := func() (out *sink) {
		out = &sink{}
		conn := answering(t, func(*http.Request) any { asked++; return map[string]any{"items": items} })
		if err := load(t, nested).Pull(t.Context(), conn, changes(nil), out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := serving()
	if got := out.ids(); !slices.Equal(got, []string{"1", "2", "3", "4", "5", "1-1", "1-2", "3-9"}) || asked != 1 {
		t.Errorf("read %v in %d requests", got, asked)
	}
	if n := len(out.pages[0].Rejects); n != 4 { // the odd item counts for both kinds
		t.Errorf("%d set aside: %v", n, out.pages[0].Rejects)
	}
	last := out.pages[0].Records[7]
	if body := last.Body.(record.Comment); last.Parent != "3" || body.Author.Name != "Mara 3" || body.Text != "Note 9" {
		t.Errorf("the last comment is %+v", last)
	}
}
