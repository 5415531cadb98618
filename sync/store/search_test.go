package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/record"
)

// find returns the numbers of the tickets that a search finds, sorted.
func find(t *testing.T, w *world, s access.Scope, a record.AccountID, q record.Query) []string {
	t.Helper()
	q.Kind = record.KindTicket
	page, err := w.acc.List(t.Context(), s, a, q)
	must(t, err)
	got := externals(page.Rows)
	slices.Sort(got)
	return got
}

// named is a ticket that somebody handles.
func named(r record.Record, person string) record.Record {
	b := r.Body.(record.Ticket)
	b.Assignee.Name = person
	r.Body = b
	return r
}

func TestSearchIgnoresCaseAndMarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", named(ticket("T-1", "Nordwind", "Drucker in der GROẞEN Straße", "open", w.clock()), "Jürgen Łuczak"),
		named(ticket("T-2", "Nordwind", "Cafe\u0301 closed", "resolved", w.clock()), "Søren Ångström"), ticket("T-3", "Nordwind", "Привет", "open", w.clock()))
	w.match(t, "Nordwind", a)
	yes, no := true, false
	for search, want := range map[string][]string{
		"strasse": {"T-1"}, "STRASSE": {"T-1"}, "straße": {"T-1"}, "grossen drucker": {"T-1"}, "jurgen": {"T-1"}, "JÜRG": {"T-1"}, "lucz": {"T-1"},
		"cafe": {"T-2"}, "CAFÉ": {"T-2"}, "angs": {"T-2"}, "soren": {"T-2"}, "ПРИВЕТ": {"T-3"}, "t-": {"T-1", "T-2", "T-3"}, "x": nil,
		"\u0301": {"T-1", "T-2", "T-3"}, // a mark alone asks for nothing
	} {
		if got := find(t, w, owner(a), a, record.Query{Search: search}); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", search, got, want)
		}
	}
	if got := find(t, w, owner(a), a, record.Query{Search: "t-", Open: &yes}); !slices.Equal(got, []string{"T-1", "T-3"}) {
		t.Errorf("of what is open: %q", got)
	}
	if got := find(t, w, owner(a), a, record.Query{Search: "t-", Open: &no}); !slices.Equal(got, []string{"T-2"}) {
		t.Errorf("of what is finished: %q", got)
	}
}

func TestSearchFindsARecordAsItIsNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "Nordwind"), w.account(t, "Südstern")
	w.pull(t, "tickets", ticket("1", "Nordwind", "payroll", "open", w.clock()), ticket("2", "Südstern", "network", "open", w.clock()))
	w.match(t, "Nordwind", a)
	w.match(t, "Südstern", b)
	found := func(when string, s access.Scope, account record.AccountID, search string, want bool) {
		t.Helper()
		if got := find(t, w, s, account, record.Query{Search: search}); (len(got) == 1) != want {
			t.Errorf("%s: %q finds %q", when, search, got)
		}
	}
	found("at first", owner(a), a, "payroll", true)
	w.pass(1)
	w.pull(t, "tickets", ticket("1", "Nordwind", "printer", "open", w.clock()))
	found("after a change", owner(a), a, "payroll", false)
	found("after a change", owner(a), a, "printer", true)
	w.pass(1)
	w.pull(t, "tickets", ticket("1", "Südstern", "printer", "open", w.clock()))
	found("after it moved", owner(a), a, "printer", false)
	found("after it moved", owner(b), b, "printer", true)
	w.pass(1)
	w.pull(t, "tickets", ticket("1", "Nobody's", "printer", "open", w.clock()))
	found("after it left", owner(b), b, "printer", false)
}

// TestSearchTakesWhatIsVeryLong has people and titles as long as they may be, of
// letters that cannot be packed: together more than an entry of an index takes.
func TestSearchTakesWhatIsVeryLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	for _, from := range []rune{'a', 'я', '一', 0x20000} {
		r := rand.New(rand.NewPCG(1, uint64(from)))
		var title strings.Builder
		for range 1000 {
			title.WriteRune(from + rune(r.IntN(20)))
		}
		number := fmt.Sprintf("N%d", from)
		w.pull(t, "tickets", named(ticket(number, "Nordwind", title.String(), "open", w.clock()), string([]rune(title.String())[:250])))
		w.match(t, "Nordwind", a)
		if got := find(t, w, owner(a), a, record.Query{Search: number + " " + title.String()[:36]}); len(got) != 1 {
			t.Errorf("%s: %q", number, got)
		}
		if got := find(t, w, owner(a), a, record.Query{Search: title.String()}); len(got) != 0 {
			t.Errorf("%s was searched to its end: %q", number, got)
		}
	}
}

// TestTheStepFillsWhatSearchesLookAt takes the step back and again: what it fills
// is what the program writes.
func TestTheStepFillsWhatSearchesLookAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	for i, title := range []string{"", "VPN drops", "GROẞE Straße, Œuvre Æsir", "Cafe\u0301 Ångström Łódź Øst đ ı", "ﬁle №7 ½", "日本語 한국어", strings.Repeat("ﬃ", 700)} {
		w.pull(t, "tickets", named(ticket(fmt.Sprintf("Ü-%d", i), "Nordwind", title, "open", w.clock()), "Jürgen\u00a0Müller"))
	}
	w.match(t, "Nordwind", a)
	const all = "SELECT number || ': ' || search FROM records ORDER BY number"
	written := w.place.texts(t, all)
	must(t, w.Rollback(t.Context(), 23))
	must(t, w.Migrate(t.Context()))
	if filled := w.place.texts(t, all); !slices.Equal(filled, written) || len(filled) != 7 {
		t.Errorf("the step fills\n%q, the program writes\n%q", filled, written)
	}
}
