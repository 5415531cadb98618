package store_test

import (
	"slices"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func dated(w *world) []record.Record {
	of := func(external string, b record.Body) record.Record {
		return record.Record{Kind: b.Kind(), External: external, Company: "Nordwind", Updated: w.clock(), Body: b}
	}
	return []record.Record{
		of("window", record.Event{Title: "Switch work", Status: "confirmed", Start: time.Date(2026, 12, 1, 22, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)}),
		of("off", record.Event{Title: "Called off", Status: "cancelled", Start: day("2026-12-03"), AllDay: true}),
		of("long", record.Event{Title: "Office move", Start: day("2026-10-01"), End: day("2027-01-01"), AllDay: true}),
		of("later", record.Event{Title: "New year", Start: day("2027-01-01"), AllDay: true}),
		of("care", record.Contract{Name: "Care", Status: "active", Notice: day("2026-12-31"), Renewal: day("2027-04-01")}),
		of("gone", record.Contract{Name: "Gone", Status: "cancelled", End: day("2026-12-05")}),
		of("due", record.Invoice{Number: "1", Currency: "EUR", Total: "1.00", Status: "open", Due: day("2026-12-04")}),
		of("paid", record.Invoice{Number: "2", Currency: "EUR", Total: "1.00", Status: "paid", Due: day("2026-12-04")}),
		of("move", record.Project{Name: "Move", Status: "open", Due: day("2026-12-24")}),
	}
}

func TestACalendarHoldsWhatItsViewerSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "assets", dated(w)...)
	w.match(t, "Nordwind", a)
	december := record.Window{From: day("2026-12-01"), Until: day("2027-01-01"), Zone: time.UTC}
	for role, want := range map[access.Role][]string{
		access.Owner:       {"long event", "window event", "off event", "due invoice", "move project", "care notice"},
		access.Contributor: {"long event", "window event", "off event", "move project"},
		access.Finance:     {"due invoice", "care notice"},
		access.Accountant:  {"due invoice"},
	} {
		list, _, err := w.acc.Occasions(t.Context(), member(person("boss"), a, role), a, december)
		must(t, err)
		var got []string
		for _, o := range list {
			got = append(got, o.Detail.Stamp.External+" "+string(o.What))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", role, got)
		}
	}
	if _, _, err := w.acc.Occasions(t.Context(), member(person("boss"), a, access.Approver), a, december); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an approver: %v", err)
	}
	is, err := w.acc.Standing(t.Context(), owner(a), a, 1)
	must(t, err)
	if !slices.Contains(is.Fed, record.KindAsset) {
		t.Errorf("fed by %q", is.Fed)
	}
}

func TestWholePagesTogetherAreTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "assets", dated(w)...)
	w.match(t, "Nordwind", a)
	q, seen := record.Query{Kind: record.KindEvent, Sort: record.SortDue, Limit: 3}, []string(nil)
	for {
		page, err := w.acc.Whole(t.Context(), owner(a), a, q)
		must(t, err)
		for _, d := range page.Details {
			seen = append(seen, d.Stamp.External+" "+d.Body.(record.Event).Title)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if want := []string{"long Office move", "window Switch work", "off Called off", "later New year"}; !slices.Equal(seen, want) {
		t.Errorf("%q", seen)
	}
}
