package visibility_test

import (
	"testing"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/visibility"
)

func TestTheFirstReasonEndsAnExplanation(t *testing.T) {
	t.Parallel()
	whole := func() (visibility.Found, visibility.Person) {
		return visibility.Found{ID: record.NewID(), Kind: record.KindTicket, Account: record.AccountInfo{Name: "Nordwind", Launch: record.LaunchInvited}, Requester: "ines@nordwind.example"},
			visibility.Person{User: access.User{ID: "u", Name: "Ines", Email: "ines@nordwind.example"}, Role: access.Contributor, Sees: true, OwnOnly: true}
	}
	for last, c := range map[string]struct {
		change func(f *visibility.Found, p *visibility.Person)
		sees   bool
		steps  int
	}{
		"rule":    {func(*visibility.Found, *visibility.Person) {}, true, 7},
		"known":   {func(f *visibility.Found, _ *visibility.Person) { f.ID = record.ID{} }, false, 1},
		"matched": {func(f *visibility.Found, _ *visibility.Person) { f.ID, f.Waiting = record.ID{}, "Stranger" }, false, 1},
		"person":  {func(_ *visibility.Found, p *visibility.Person) { p.User.Disabled = true }, false, 2},
		"staff":   {func(_ *visibility.Found, p *visibility.Person) { p.User.Staff = access.Agent }, true, 3},
		"member":  {func(_ *visibility.Found, p *visibility.Person) { p.Role = "" }, false, 3},
		"launch":  {func(f *visibility.Found, _ *visibility.Person) { f.Account.Launch = record.LaunchPreview }, false, 4},
		"role":    {func(_ *visibility.Found, p *visibility.Person) { p.Sees = false }, false, 5},
		"own":     {func(f *visibility.Found, _ *visibility.Person) { f.Requester = "jonas@nordwind.example" }, false, 6},
	} {
		f, p := whole()
		c.change(&f, &p)
		steps := visibility.Explain(f, p)
		if n := len(steps); n != c.steps || steps[n-1].What != last || steps[n-1].Passed != c.sees {
			t.Errorf("%s: %+v", last, steps)
		}
	}
	f, p := whole()
	f.Rule = visibility.Rule{ID: "r", Field: "queue", Value: "Internal"}
	if steps := visibility.Explain(f, p); steps[len(steps)-1] != (visibility.Step{What: "rule", Detail: "queue = Internal"}) {
		t.Errorf("%+v", steps)
	}
	f, p = whole()
	f.Requester, p.User.Email = "", ""
	if steps := visibility.Explain(f, p); steps[len(steps)-1].What != "own" || steps[len(steps)-1].Passed {
		t.Errorf("what nobody asked for is nobody's: %+v", steps)
	}
}

func TestARuleComparesExactly(t *testing.T) {
	t.Parallel()
	r := visibility.Rule{Kind: record.KindTicket, Field: "queue", Value: "Internal"}
	for _, c := range []struct {
		b    record.Body
		want bool
	}{
		{record.Ticket{Queue: "Internal"}, true}, {record.Ticket{Queue: "internal"}, false}, {record.Ticket{Queue: "Internal "}, false},
		{record.Ticket{Status: "Internal"}, false}, {record.Asset{Status: "Internal"}, false}, {record.Comment{}, false},
	} {
		if got := r.Hides(c.b); got != c.want {
			t.Errorf("%+v: %v", c.b, got)
		}
	}
	for _, c := range []struct {
		r visibility.Rule
		b record.Body
	}{
		{visibility.Rule{Kind: record.KindContract, Field: "type", Value: "x"}, record.Contract{Type: "x"}},
		{visibility.Rule{Kind: record.KindProject, Field: "status", Value: "x"}, record.Project{Status: "x"}},
		{visibility.Rule{Kind: record.KindDocument, Field: "folder", Value: "x"}, record.Document{Folder: "x"}},
		{visibility.Rule{Kind: record.KindEvent, Field: "type", Value: "x"}, record.Event{Type: "x"}},
		{visibility.Rule{Kind: record.KindInvoice, Field: "status", Value: "x"}, record.Invoice{Status: "x"}},
		{visibility.Rule{Kind: record.KindQuote, Field: "status", Value: "x"}, record.Quote{Status: "x"}},
	} {
		if !c.r.Hides(c.b) || c.r.Hides(record.Event{Status: "x"}) {
			t.Errorf("%+v", c.r)
		}
	}
	for _, k := range visibility.Kinds {
		for _, f := range visibility.Fields(k) {
			if !(visibility.Rule{Kind: k, Field: f, Value: "x"}).Known() || (visibility.Rule{Kind: k, Field: f}).Known() {
				t.Errorf("%s %s", k, f)
			}
		}
	}
}
