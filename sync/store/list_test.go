package store_test

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

var sorts = []record.Sort{record.SortNewest, record.SortDue, record.SortTitle}

// shelf is a world with n tickets, of which many share each sort key and some
// have no due date or no title.
func shelf(t *testing.T, n int) (*world, access.Scope, record.AccountID) {
	t.Helper()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	var page remote.Page
	for i := range n {
		r := ticket(strconv.Itoa(i), "Nordwind", strings.Repeat("t", i%4), "open", w.clock().Add(time.Duration(i%5)*time.Hour))
		b := r.Body.(record.Ticket)
		if i%3 > 0 {
			b.Due = w.clock().Add(time.Duration(i%7) * 24 * time.Hour)
		}
		r.Body = b
		page.Records = append(page.Records, r)
	}
	commit(t, w, "tickets", page)
	w.match(t, "Nordwind", a)
	return w, owner(a), a
}

// walk reads every page; between runs after each one.
func walk(t *testing.T, w *world, s access.Scope, a record.AccountID, q record.Query, between func(record.Page)) []record.Row {
	t.Helper()
	var all []record.Row
	for range 1000 {
		page, err := w.acc.List(t.Context(), s, a, q)
		must(t, err)
		all = append(all, page.Rows...)
		if page.Next == "" {
			return all
		}
		if len(page.Rows) != q.Limit {
			t.Fatalf("a page of %d rows goes on", len(page.Rows))
		}
		q.After = page.Next
		between(page)
	}
	t.Fatal("the list does not end")
	return nil
}

func externals(rows []record.Row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Stamp.External)
	}
	return out
}

func TestPagesTogetherAreTheWholeList(t *testing.T) {
	t.Parallel()
	const n = 97
	w, s, a := shelf(t, n)
	for _, sort := range sorts {
		whole, err := w.acc.List(t.Context(), s, a, record.Query{Kind: record.KindTicket, Sort: sort, Limit: 200})
		must(t, err)
		if len(whole.Rows) != n || whole.Next != "" {
			t.Fatalf("%q: %d rows, next %q", sort, len(whole.Rows), whole.Next)
		}
		for _, limit := range []int{1, 7, 48, 96, 97} {
			rows := walk(t, w, s, a, record.Query{Kind: record.KindTicket, Sort: sort, Limit: limit}, func(record.Page) {})
			if !slices.Equal(externals(rows), externals(whole.Rows)) {
				t.Errorf("%q by %d: %q, want %q", sort, limit, externals(rows), externals(whole.Rows))
			}
		}
		if !slices.IsSortedFunc(whole.Rows, order(sort)) {
			t.Errorf("%q is not sorted: %q", sort, externals(whole.Rows))
		}
	}
}

// order is what each sort promises.
func order(s record.Sort) func(a, b record.Row) int {
	return func(a, b record.Row) int {
		switch {
		case s == record.SortTitle:
			return strings.Compare(a.Title, b.Title)
		case s == record.SortNewest:
			return b.Sort.Compare(a.Sort)
		case a.Due.IsZero() || b.Due.IsZero():
			return strings.Compare(strconv.FormatBool(a.Due.IsZero()), strconv.FormatBool(b.Due.IsZero()))
		default:
			return a.Due.Compare(b.Due)
		}
	}
}

// TestRowsThatGoAwayBetweenPagesHideNoOthers removes the last row of each page,
// which is the one that the next page starts after.
func TestABriefListLeavesOutOnlyWhatNoLineShows(t *testing.T) {
	t.Parallel()
	w, s, a := shelf(t, 10)
	for _, sort := range sorts {
		whole := walk(t, w, s, a, record.Query{Kind: record.KindTicket, Sort: sort, Limit: 3}, func(record.Page) {})
		brief := walk(t, w, s, a, record.Query{Kind: record.KindTicket, Sort: sort, Limit: 3, Brief: true}, func(record.Page) {})
		for i := range whole {
			r := &whole[i]
			if r.Created.IsZero() || r.Stamp.External == "" || r.Status == "" {
				t.Fatalf("the whole row has nothing to leave out: %+v", *r)
			}
			r.Explanation, r.Created, r.Status, r.Stamp.External, r.Stamp.Raw, r.Stamp.URL = "", time.Time{}, "", "", "", ""
		}
		if !reflect.DeepEqual(whole, brief) {
			t.Errorf("sorted %q:\nwhole %+v\nbrief %+v", sort, whole, brief)
		}
	}
}

func TestRowsThatGoAwayBetweenPagesHideNoOthers(t *testing.T) {
	t.Parallel()
	for _, sort := range sorts {
		w, s, a := shelf(t, 40)
		seen := walk(t, w, s, a, record.Query{Kind: record.KindTicket, Sort: sort, Limit: 3}, func(p record.Page) {
			last := p.Rows[len(p.Rows)-1].Stamp.External
			commit(t, w, "tickets", remote.Page{Deleted: []record.Ref{{Connection: w.conn, Kind: record.KindTicket, External: last}}})
		})
		got := externals(seen)
		slices.Sort(got)
		if len(slices.Compact(got)) != 40 {
			t.Errorf("%q: %d of 40 were seen", sort, len(got))
		}
	}
}

func TestADamagedCursorIsRefused(t *testing.T) {
	t.Parallel()
	w, s, a := shelf(t, 5)
	page, err := w.acc.List(t.Context(), s, a, record.Query{Kind: record.KindTicket, Limit: 2})
	must(t, err)
	encode := base64.RawURLEncoding.EncodeToString
	for name, q := range map[string]record.Query{
		"cut":              {After: page.Next[:10]},
		"not base64":       {After: "?" + page.Next},
		"not an id":        {After: encode([]byte(strings.Repeat("x", 60)))},
		"only an id":       {After: encode([]byte(record.NewID().String()))},
		"of another order": {After: page.Next, Sort: record.SortTitle},
	} {
		q.Kind = record.KindTicket
		if _, err := w.acc.List(t.Context(), s, a, q); !fault.Is(err, fault.Invalid) || fault.Public(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACursorOpensNothing takes a cursor to another account.
func TestACursorOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	page, err := w.acc.List(t.Context(), b.owner, b.account, record.Query{Kind: record.KindTicket, Limit: 1})
	must(t, err)
	got, err := w.acc.List(t.Context(), a.owner, a.account, record.Query{Kind: record.KindTicket, After: page.Next})
	must(t, err)
	for _, r := range got.Rows {
		if strings.Contains(r.Title, b.canary) {
			t.Errorf("the twin's cursor shows %q", r.Title)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w, s, a := shelf(t, 210)
	for limit, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 200, 1 << 40: 200} {
		page, err := w.acc.List(t.Context(), s, a, record.Query{Kind: record.KindTicket, Limit: limit})
		must(t, err)
		if len(page.Rows) != want || page.Next == "" {
			t.Errorf("limit %d: %d rows, next %q", limit, len(page.Rows), page.Next)
		}
	}
}

func TestSearchTakesWordsAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	titles := []string{`100% sure`, `100 sure`, `snake_case`, `snakeXcase`, `back\slash`, `it's quoted`, `VPN drops daily`, `Printer`}
	var records []record.Record
	for i, title := range titles {
		r := ticket(fmt.Sprintf("T-%d", i), "Nordwind", title, "open", w.clock())
		b := r.Body.(record.Ticket)
		b.Assignee.Name = "Agent Smith"
		r.Body = b
		records = append(records, r)
	}
	w.pull(t, "tickets", records...)
	w.match(t, "Nordwind", a)
	for search, want := range map[string][]string{
		"100%": {"T-0"}, "100": {"T-0", "T-1"}, "_": {"T-2"}, "snake_": {"T-2"}, `\`: {"T-4"}, "it's": {"T-5"}, "%": {"T-0"},
		"daily vpn": {"T-6"}, "vpn printer": nil, "T-7": {"T-7"}, "smith printer": {"T-7"}, "?": nil, "';--": nil, "  ": externalsOf(records),
		strings.Repeat("s ", 5000): {"T-0", "T-1", "T-2", "T-3", "T-4", "T-5", "T-6", "T-7"},
	} {
		page, err := w.acc.List(t.Context(), owner(a), a, record.Query{Kind: record.KindTicket, Search: search})
		must(t, err)
		got := externals(page.Rows)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%.20q: %q, want %q", search, got, want)
		}
	}
}

func externalsOf(records []record.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.External)
	}
	return out
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	var records []record.Record
	for status, n := range map[string]int{"new": 1, "open": 2, "stalled": 3, "resolved": 4, "mystery": 5} {
		for i := range n {
			records = append(records, ticket(status+strconv.Itoa(i), "Nordwind", status, status, w.clock()))
		}
	}
	w.pull(t, "tickets", records...)
	w.match(t, "Nordwind", a)
	yes, no := true, false
	for name, c := range map[string]struct {
		q    record.Query
		want int
	}{
		"open": {record.Query{Open: &yes}, 11}, "finished": {record.Query{Open: &no}, 4}, "waiting": {record.Query{State: record.StateWaiting}, 3},
		"our turn": {record.Query{Turn: record.TurnClient}, 3}, "theirs": {record.Query{Turn: record.TurnProvider}, 8},
		"unmapped": {record.Query{State: record.StateUnmapped}, 5}, "none": {record.Query{State: record.StateWaiting, Open: &no}, 0},
		"mine": {record.Query{Mine: true}, 15}, "my open": {record.Query{Mine: true, Open: &yes, Search: "stalled"}, 3},
	} {
		c.q.Kind = record.KindTicket
		page, err := w.acc.List(t.Context(), owner(a), a, c.q)
		must(t, err)
		if len(page.Rows) != c.want {
			t.Errorf("%s: %d rows, want %d", name, len(page.Rows), c.want)
		}
	}
}
