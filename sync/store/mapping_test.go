package store_test

import (
	"testing"

	"portico/sync/audit"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
)

var deskSpec = remote.Spec{Fields: []remote.Field{{Name: "queue", Label: "Queue"}}}

// decided is a desk about which everything was decided, and the file of that.
func decided(t *testing.T) (*twoBooks, mapping.File) {
	t.Helper()
	b := newTwoBooks(t)
	must(t, b.sys.SetSettings(t.Context(), b.desk, map[string]string{"queue": "Support"}))
	must(t, b.sys.SetMeaning(t.Context(), b.desk, record.Meaning{Kind: record.KindTicket, Raw: "open", State: record.StateOpen, Label: "With us", Turn: record.TurnProvider}))
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	return b, mapping.Of(b.standing(t), b.clock())
}

func (b *twoBooks) standing(t *testing.T) mapping.State {
	t.Helper()
	s, err := b.sys.Mapping(t.Context(), b.desk, deskSpec)
	must(t, err)
	return s
}

// forget takes back everything that was decided about the desk.
func (b *twoBooks) forget(t *testing.T) {
	t.Helper()
	must(t, b.sys.SetSettings(t.Context(), b.desk, map[string]string{}))
	must(t, b.sys.SetMeaning(t.Context(), b.desk, record.Guess(record.KindTicket, "open")))
	must(t, b.sys.DropAuthority(t.Context(), record.KindInvoice, b.desk))
	must(t, b.sys.Unmatch(t.Context(), b.desk, "Nordwind"))
}

func (b *twoBooks) planned(t *testing.T, f mapping.File) mapping.Plan {
	t.Helper()
	p, err := mapping.Compare(f, b.standing(t))
	must(t, err)
	return p
}

func TestAFileIsAdoptedWhole(t *testing.T) {
	t.Parallel()
	b, file := decided(t)
	b.forget(t)
	p := b.planned(t, file)
	if p.Changes() != 4 {
		t.Fatalf("the plan is %+v", p)
	}
	must(t, b.sys.Adopt(t.Context(), b.standing(t).Connection, p))
	if again := b.planned(t, file); again.Changes() != 0 || again.Counts()[mapping.Same] != 4 {
		t.Errorf("afterwards: %+v", again)
	}
	if n, err := b.sys.Waiting(t.Context(), b.desk); err != nil || n != 0 {
		t.Errorf("%d records still wait for the company (%v)", n, err)
	}
	for what, want := range map[audit.What]int{audit.MeaningChanged: 3, audit.CompanyMatched: 3, audit.AuthorityNamed: 3} {
		n, err := b.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE what = ?", what)
		must(t, err)
		if len(n) != want {
			t.Errorf("%d leaves of %s, not %d", len(n), what, want)
		}
	}
}

func TestAFileIsAdoptedAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*testing.T, *twoBooks){
		"a setting": func(t *testing.T, b *twoBooks) {
			must(t, b.sys.SetSettings(t.Context(), b.desk, map[string]string{"queue": "Other"}))
		},
		"a status": func(t *testing.T, b *twoBooks) {
			must(t, b.sys.SetMeaning(t.Context(), b.desk, record.Meaning{Kind: record.KindTicket, Raw: "open", State: record.StateNew, Label: "New", Turn: record.TurnProvider}))
		},
		"an authority": func(t *testing.T, b *twoBooks) {
			must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Shown)))
		},
		"a company": func(t *testing.T, b *twoBooks) {
			must(t, b.sys.Match(t.Context(), b.desk, "Nordwind", b.account(t, "Halden"), "test"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, file := decided(t)
			b.forget(t)
			p, was := b.planned(t, file), b.standing(t).Connection
			meanwhile(t, b)
			now := mapping.Of(b.standing(t), b.clock())
			if err := b.sys.Adopt(t.Context(), was, p); !fault.Is(err, fault.Conflict) {
				t.Errorf("adopted over what somebody else decided: %v", err)
			}
			after := mapping.Of(b.standing(t), now.Made)
			one, err := now.Text()
			must(t, err)
			two, err := after.Text()
			must(t, err)
			if string(one) != string(two) {
				t.Errorf("it was\n%s\nand is\n%s", one, two)
			}
		})
	}
}
