package engine_test

import (
	"io"
	"net/http"
	"testing"

	"portico/sync/record"
)

// Ids beyond 2^53 and 2^63, where a float64 would take another row for them, and
// texts that are only valid UTF-8 when one is read into the next.
func TestWhatIsSentIsKeptToTheLastDigitAndLetter(t *testing.T) {
	t.Parallel()
	const page = `{"items":[
		{"id":9007199254740993,"status":"` + "\xc3" + `","subject":"` + "\xa9" + `","company":"Grün"},
		{"id":18446744073709551617,"status":"` + `\u006fpen` + `","company":1234567,"private":false,"due":1772366400}]}`
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	out := &sink{}
	if err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), out); err != nil {
		t.Fatal(err)
	}
	records := out.pages[0].Records
	if len(records) != 2 {
		t.Fatalf("read %v, rejects %v", out.ids(), out.pages[0].Rejects)
	}
	first, second := records[0].Body.(record.Ticket), records[1].Body.(record.Ticket)
	if first.Number != "9007199254740993" || first.Status != "\uFFFD" || first.Subject != "\uFFFD" || records[0].Company != "Grün" {
		t.Errorf("the first is %+v of %s", first, records[0].Company)
	}
	if second.Number != "18446744073709551617" || second.Status != "open" || records[1].Company != "1234567" || !second.Due.Equal(noon) {
		t.Errorf("the second is %+v of %s", second, records[1].Company)
	}
}
