package engine_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"portico/connectors/manifest"
	"portico/sync/record"
)

// tailored is the desk whose tickets have fields of their own.
var tailored = deskWith(untold) + `        custom:
          each: item.own
          keep: field.secret != true
          id: field.id
          label: field.title
          type: field.type
          types: {Tick: yesno, Day: date, At: time, Sum: money, Count: number, Pick: one, Picks: many}
          value: field.value
          currency: field.currency
`

func TestCustomFieldsComeInTheFormOfTheirType(t *testing.T) {
	t.Parallel()
	field := func(id any, is string, value any) map[string]any {
		return map[string]any{"id": id, "title": "The " + is, "type": is, "value": value}
	}
	secret := field(99, "Text", "CANARY")
	secret["secret"] = true
	sum := field(5, "Sum", 12.5)
	sum["currency"] = "EUR"
	own := []any{field(1, "Tick", 1), field(2, "Day", "2026-11-22T00:00:00Z"), field(3, "At", "2026-11-22T10:00:00+02:00"), field(4, "Count", "odd"), sum,
		field("six", "Pick", "red"), field(7, "Picks", []any{"red", nil, "blue"}), field(8, "Unheard", " text\x00 "), secret,
		field(9, "Day", "some day"), field(10, "Text", ""), field(11, "Text", nil), field(12, "Text", map[string]any{"deep": 1}),
		field(nil, "Text", "no id"), field(map[string]any{}, "Text", "odd id"), nil, "odd", field(13, "Tick", "No"), field(14, "", "untold")}
	items := []any{map[string]any{"id": "1", "status": "open", "company": "Nordwind", "own": own},
		map[string]any{"id": "2", "status": "open", "company": "Nordwind", "own": "odd"}, map[string]any{"id": "3", "status": "open", "company": "Nordwind"}}
	out := &sink{}
	conn := answering(t, func(*http.Request) any { return map[string]any{"items": items} })
	if err := load(t, tailored).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	if got := out.ids(); len(got) != 3 || len(out.pages[0].Rejects) != 0 {
		t.Fatalf("read %v, set aside %v", got, out.pages[0].Rejects)
	}
	want := []record.Custom{
		{ID: "1", Label: "The Tick", Type: record.CustomYesNo, Values: []string{"true"}},
		{ID: "2", Label: "The Day", Type: record.CustomDate, Values: []string{"2026-11-22"}},
		{ID: "3", Label: "The At", Type: record.CustomTime, Values: []string{"2026-11-22T08:00:00Z"}},
		{ID: "4", Label: "The Count", Type: record.CustomNumber, Values: []string{"odd"}},
		{ID: "5", Label: "The Sum", Type: record.CustomMoney, Values: []string{"12.5 EUR"}},
		{ID: "six", Label: "The Pick", Type: record.CustomOne, Values: []string{"red"}},
		{ID: "7", Label: "The Picks", Type: record.CustomMany, Values: []string{"red", "blue"}},
		{ID: "8", Label: "The Unheard", Type: record.CustomText, Values: []string{"text"}},
		{ID: "9", Label: "The Day", Type: record.CustomDate, Values: []string{"some day"}},
		{ID: "13", Label: "The Tick", Type: record.CustomYesNo, Values: []string{"false"}},
		{ID: "14", Label: "The ", Values: []string{"untold"}},
	}
	got := out.pages[0].Records[0].Custom
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("field %d is %+v, not %+v", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d fields, not %d: %+v", len(got), len(want), got)
	}
	if out.pages[0].Records[1].Custom != nil || out.pages[0].Records[2].Custom != nil {
		t.Error("what has no list of fields has fields")
	}
}

func TestCustomFieldsOfAKindWithoutAPageAreAMistake(t *testing.T) {
	t.Parallel()
	text := strings.Replace(tailored, "kind: ticket", "kind: time_entry", 1)
	if _, err := manifest.Parse("test.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "no page shows custom fields") {
		t.Errorf("it says: %v", err)
	}
}
