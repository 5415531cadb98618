package store_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// history is the texts on a ticket, by its external id, as an owner reads them.
func history(t *testing.T, w *world, account record.AccountID, external string) []string {
	t.Helper()
	for _, r := range tickets(t.Context(), t, w, owner(account), account) {
		if r.Stamp.External != external {
			continue
		}
		entries, err := w.acc.Timeline(t.Context(), owner(account), account, r.ID)
		must(t, err)
		var out []string
		for _, e := range entries {
			out = append(out, e.Comment.Text)
		}
		slices.Sort(out)
		return out
	}
	return []string{"the ticket is not there"}
}

func commit(t *testing.T, w *world, stream string, p remote.Page) run.Run {
	t.Helper()
	r := w.begin(t, stream, remote.Changes)
	r, err := w.sys.Commit(t.Context(), r, p, lease)
	must(t, err)
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	return r
}

func TestParentsAndChildrenComeInAnyOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)
	parent, one, two := ticket("1", "Nordwind", "VPN", "open", at), comment("10", "1", "one", at), comment("11", "1", "two", at)
	for name, pages := range map[string][][]record.Record{
		"parent first":                {{parent, one, two}},
		"child first":                 {{one, parent, two}},
		"parent last":                 {{one, two, parent}},
		"children in an earlier page": {{one, two}, {parent}},
		"one earlier, one later":      {{one}, {parent}, {two}},
		"children later":              {{parent}, {one, two}},
	} {
		for _, matched := range []bool{true, false} {
			w := newWorld(t)
			a := w.account(t, "Nordwind")
			if matched {
				w.pull(t, "tickets", ticket("0", "Nordwind", "other", "open", at))
				w.match(t, "Nordwind", a)
			}
			for _, p := range pages {
				commit(t, w, "tickets", remote.Page{Records: p})
			}
			if !matched {
				w.match(t, "Nordwind", a)
			}
			if got := history(t, w, a, "1"); !slices.Equal(got, []string{"one", "two"}) {
				t.Errorf("%s, matched before=%v: %q", name, matched, got)
			}
			if n, err := w.sys.Waiting(t.Context(), w.conn); err != nil || n != 0 {
				t.Errorf("%s: %d wait, %v", name, n, err)
			}
		}
	}
}

// TestAFamilyMovesWithinOnePage mixes the ticket that changes company with its
// comments, new and known, before and after it.
func TestAFamilyMovesWithinOnePage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)
	later := at.Add(time.Minute)
	old, oldAgain, fresh := comment("10", "1", "old", at), comment("10", "1", "old again", later), comment("11", "1", "new", later)
	for _, to := range []string{"B", "Stranger"} {
		moved := ticket("1", to, "VPN", "open", later)
		for name, page := range map[string][]record.Record{
			"before":           {oldAgain, fresh, moved},
			"after":            {moved, oldAgain, fresh},
			"around":           {fresh, moved, oldAgain},
			"around, swapped":  {oldAgain, moved, fresh},
			"unchanged before": {old, fresh, moved},
			"unchanged after":  {moved, old, fresh},
		} {
			w := newWorld(t)
			a, b := w.account(t, "A"), w.account(t, "B")
			w.pull(t, "tickets", ticket("1", "A", "VPN", "open", at), ticket("2", "A", "stays", "open", at), ticket("3", "B", "is there", "open", at))
			w.match(t, "A", a)
			w.match(t, "B", b)
			w.pull(t, "conversation", old)
			commit(t, w, "tickets", remote.Page{Records: page})
			for _, kind := range []record.Kind{record.KindTicket, record.KindComment} {
				for _, id := range listed(t, w, owner(a), a, kind) {
					if d, err := w.acc.Detail(t.Context(), owner(a), a, kind, id); err != nil || d.Stamp.External != "2" {
						t.Errorf("%s to %s: the old account keeps %s %s (%v)", name, to, kind, d.Stamp.External, err)
					}
				}
			}
			if to == "Stranger" {
				c := w.account(t, "C")
				w.match(t, "Stranger", c)
				b = c
			}
			want := []string{"new", "old again"}
			if page[0].External == "10" && page[0].Updated.Equal(at) || page[1].External == "10" && page[1].Updated.Equal(at) {
				want[1] = "old"
			}
			if got := history(t, w, b, "1"); !slices.Equal(got, want) {
				t.Errorf("%s to %s: the new account reads %q, want %q", name, to, got, want)
			}
		}
	}
}

// TestWhatBelongsToWhatBelongsFollows has a file on a comment on a ticket.
func TestWhatBelongsToWhatBelongsFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "A"), w.account(t, "B")
	now := w.clock()
	w.pull(t, "tickets", ticket("1", "A", "VPN", "open", now), ticket("2", "B", "x", "open", now))
	w.match(t, "A", a)
	w.match(t, "B", b)
	w.pull(t, "conversation", comment("10", "1", "words", now), record.Record{Kind: record.KindAttachment, External: "100", Parent: "10",
		ParentKind: record.KindComment, Created: now, Updated: now, Body: record.Attachment{Name: "secret.pdf"}})
	if got := listed(t, w, owner(a), a, record.KindAttachment); len(got) != 1 {
		t.Fatalf("files: %v", got)
	}
	for _, step := range []struct {
		company string
		now, no record.AccountID
	}{{"B", b, a}, {"Stranger", a, b}, {"A", a, b}} {
		now = now.Add(time.Minute)
		w.pull(t, "tickets", ticket("1", step.company, "VPN", "open", now))
		want := 1
		if step.company == "Stranger" {
			want = 0
		}
		if got, not := listed(t, w, owner(step.now), step.now, record.KindAttachment), listed(t, w, owner(step.no), step.no, record.KindAttachment); len(got) != want || len(not) != 0 {
			t.Errorf("as %s: %d files and %d elsewhere", step.company, len(got), len(not))
		}
	}
	r := commit(t, w, "tickets", remote.Page{Deleted: []record.Ref{{Connection: w.conn, Kind: record.KindTicket, External: "1"}}})
	if r.Counts.Deleted != 3 {
		t.Errorf("deleted %+v", r.Counts)
	}
}

func TestAChildThatChangesItsParentLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "A")
	now := w.clock()
	w.pull(t, "tickets", ticket("1", "A", "one", "open", now), ticket("2", "A", "two", "open", now))
	w.match(t, "A", a)
	w.pull(t, "conversation", comment("10", "1", "merged", now))
	// The first ticket leaves in the same page in which its comment goes to the second.
	commit(t, w, "tickets", remote.Page{Records: []record.Record{ticket("1", "Stranger", "one", "open", now), comment("10", "2", "merged", now)}})
	if got := history(t, w, a, "2"); !slices.Equal(got, []string{"merged"}) {
		t.Errorf("on the second: %q", got)
	}
	if n, err := w.sys.Waiting(t.Context(), w.conn); err != nil || n != 1 {
		t.Errorf("%d wait (%v), want the first ticket alone", n, err)
	}
	w.match(t, "Stranger", w.account(t, "S"))
	if got := history(t, w, a, "2"); !slices.Equal(got, []string{"merged"}) {
		t.Errorf("after the match: %q", got)
	}
}

func TestAPromotionThatIsInterruptedIsResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	const n = 350
	var talk []record.Record
	for i := range n {
		talk = append(talk, comment(strconv.Itoa(1000+i), strconv.Itoa(i), "words", w.clock()))
	}
	commit(t, w, "tickets", bigPage(n, "Nordwind", "t", w.clock()))
	commit(t, w, "conversation", remote.Page{Records: talk})
	must(t, w.Exec(t.Context(), "CREATE TRIGGER cut BEFORE INSERT ON records WHEN (SELECT count(*) FROM records) = 200 BEGIN SELECT RAISE(ABORT, 'cut'); END"))
	if err := w.sys.Match(t.Context(), w.conn, "Nordwind", a, "test"); err == nil {
		t.Fatal("the promotion was not interrupted")
	}
	must(t, w.Exec(t.Context(), "DROP TRIGGER cut"))
	halfway, err := w.sys.Waiting(t.Context(), w.conn)
	must(t, err)
	if halfway != 2*n-200 {
		t.Errorf("%d wait halfway", halfway)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.sys.Promote(ctx, w.conn); err == nil {
		t.Error("a cancelled promotion went on")
	}
	must(t, w.sys.Promote(t.Context(), w.conn))
	rows, err := w.Texts(t.Context(), "SELECT kind || ' ' || count(*) FROM records GROUP BY kind ORDER BY kind")
	must(t, err)
	if left, err := w.sys.Waiting(t.Context(), w.conn); err != nil || left != 0 || !slices.Equal(rows, []string{"comment 350", "ticket 350"}) {
		t.Errorf("%d wait, %v, %q", left, err, rows)
	}
}

func TestUnmatchAndMatchAgainLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "open", w.clock()))
	w.match(t, "Nordwind", a)
	w.pull(t, "conversation", comment("10", "1", "one", w.clock()), comment("11", "1", "two", w.clock()))
	for range 3 {
		must(t, w.sys.Unmatch(t.Context(), w.conn, "Nordwind"))
		if n, err := w.sys.Waiting(t.Context(), w.conn); err != nil || n != 3 || len(tickets(t.Context(), t, w, owner(a), a)) != 0 {
			t.Fatalf("unmatched: %d wait, %v", n, err)
		}
		w.match(t, "Nordwind", a)
		if got := history(t, w, a, "1"); !slices.Equal(got, []string{"one", "two"}) {
			t.Fatalf("matched again: %q", got)
		}
	}
}
