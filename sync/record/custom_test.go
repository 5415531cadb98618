package record_test

import (
	"fmt"
	"strings"
	"testing"

	"portico/sync/record"
)

func TestTooManyCustomFieldsAreCutWithAReason(t *testing.T) {
	t.Parallel()
	many := make([]record.Custom, 10_000)
	for i := range many {
		many[i] = record.Custom{ID: fmt.Sprint(i), Label: "x", Values: []string{"v"}}
	}
	kept, why := record.Trim(many)
	if len(kept) != record.MostCustom || !strings.Contains(why, "10000") {
		t.Errorf("%d kept: %s", len(kept), why)
	}
	huge := strings.Repeat("ä", 15<<20) // 30 MB
	kept, why = record.Trim([]record.Custom{{ID: "1", Values: []string{huge}}, {ID: "2", Values: []string{"small"}}})
	if len(kept) != 2 || len([]rune(kept[0].Values[0])) != record.MostCustomText || why == "" {
		t.Errorf("%d kept: %s", len(kept), why)
	}
	var long []record.Custom
	for i := range 100 {
		long = append(long, record.Custom{ID: fmt.Sprint(i), Values: []string{strings.Repeat("a", record.MostCustomText)}})
	}
	kept, why = record.Trim(long)
	if data := record.EncodeCustom(kept); len(data) > record.MostCustomBytes+len(kept)*20 || why == "" {
		t.Errorf("%d bytes: %s", len(data), why)
	}
}

func TestTidyCustomFieldsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	kept, why := record.Trim([]record.Custom{{ID: "1", Label: "A", Values: []string{" a\x00 ", ""}}, {ID: "1", Values: []string{"again"}}, {ID: "", Values: []string{"nobody's"}},
		{ID: "2", Values: []string{" "}}, {ID: strings.Repeat("i", 300), Values: []string{"long id"}}, {ID: "3", Label: strings.Repeat("ü", 150), Values: []string{"x"}}})
	if why != "" || len(kept) != 2 || kept[0].Values[0] != "a" || len(kept[0].Values) != 1 || len([]rune(kept[1].Label)) != 100 {
		t.Errorf("%q %+v", why, kept)
	}
}
