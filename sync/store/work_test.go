package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

var (
	marek = grant.User{ID: "u-marek", Name: "Marek Dvořák", Email: "marek@halden.example"}
	today = "2026-11-22"
)

// practice is three accounts with work: A and B are invited, C is hidden.
type practice struct {
	*world
	a, b, c record.AccountID
	asked   map[record.AccountID]approval.ID
}

func newPractice(t *testing.T) *practice {
	t.Helper()
	p := &practice{world: newWorld(t), asked: map[record.AccountID]approval.ID{}}
	must(t, p.sys.CreateUser(t.Context(), access.User{ID: "u-boss", Name: "boss", Email: "boss@nordwind.example"}, ""))
	for i, to := range []*record.AccountID{&p.a, &p.b, &p.c} {
		key := string(rune('A' + i))
		*to = p.account(t, key)
		at := p.clock().Add(-time.Duration(i+1) * 24 * time.Hour)
		mine := ticket(key+"-mine", key, key+" with us", "open", at)
		body := mine.Body.(record.Ticket)
		body.Assignee, body.Due = record.Person{Name: marek.Name}, p.clock().Add(-time.Hour)
		mine.Body = body
		p.pull(t, "tickets", mine, ticket(key+"-client", key, key+" waits", "stalled", at.Add(time.Hour)), ticket(key+"-done", key, key+" done", "resolved", at))
		p.match(t, key, *to)
		must(t, p.sys.AddMember(t.Context(), *to, "u-boss", access.Owner))
		ap, err := p.acc.AskApproval(t.Context(), grant.StaffIn(marek, access.Agent, *to), approval.Draft{Account: *to, Title: key + " approval", Text: "?", Key: "k", Roles: []access.Role{access.Owner}})
		must(t, err)
		p.asked[*to] = ap.ID
	}
	must(t, p.sys.Launch(t.Context(), p.c, record.LaunchHidden))
	return p
}

func (p *practice) titles(t *testing.T, s access.Scope, q work.Query) string {
	t.Helper()
	page, err := p.Staff().Work(t.Context(), s, q)
	must(t, err)
	var out []string
	for _, i := range page.Items {
		out = append(out, i.Title)
	}
	return strings.Join(out, ", ")
}

func TestTheQueueReachesAsFarAsItsReader(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	const a, b, c = "A with us, A waits, A approval", "B with us, B waits, B approval", "C with us, C waits, C approval"
	for who, want := range map[string]struct {
		scope access.Scope
		see   string
		all   int
	}{
		"an administrator":             {grant.Staff(marek, access.Admin, nil), "C with us, B with us, A with us, C waits, B waits, A waits, A approval, B approval, C approval", 9},
		"a manager":                    {grant.Staff(marek, access.Manager, nil), "B with us, A with us, B waits, A waits, A approval, B approval", 6},
		"an agent of A":                {grant.Staff(marek, access.Agent, []record.AccountID{p.a}), a, 3},
		"the queue of B":               {grant.Staff(marek, access.Queue, []record.AccountID{p.b}), b, 3},
		"an agent of hidden C":         {grant.Staff(marek, access.Agent, []record.AccountID{p.c}), "", 0},
		"an agent of none":             {grant.Staff(marek, access.Agent, nil), "", 0},
		"an agent of an unknown":       {grant.Staff(marek, access.Agent, []record.AccountID{record.NewAccountID()}), "", 0},
		"staff on one account's pages": {grant.StaffIn(marek, access.Manager, p.a), a, 3},
	} {
		page, err := p.Staff().Work(t.Context(), want.scope, work.Query{})
		must(t, err)
		if got := p.titles(t, want.scope, work.Query{}); got != want.see {
			t.Errorf("%s sees %q, want %q", who, got, want.see)
		}
		if page.Counts.All != want.all {
			t.Errorf("%s counts %+v", who, page.Counts)
		}
	}
	for who, s := range map[string]access.Scope{"nobody": {}, "a member": owner(p.a), "a job": grant.Job(marek, p.a, access.Owner)} {
		if _, err := p.Staff().Work(t.Context(), s, work.Query{}); err == nil {
			t.Errorf("%s read the queue", who)
		}
	}
	many := []record.AccountID{p.a}
	for range 150 {
		many = append(many, record.NewAccountID())
	}
	if got := p.titles(t, grant.Staff(marek, access.Agent, many), work.Query{}); got != a {
		t.Errorf("an agent of very many sees %q", got)
	}
}

func TestTheQueueIsNarrowed(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	s := grant.Staff(marek, access.Manager, nil)
	for name, c := range map[string]struct {
		q    work.Query
		want string
	}{
		"mine":             {work.Query{Mine: true}, "B with us, A with us, A approval, B approval"},
		"late":             {work.Query{Late: true}, "B with us, A with us"},
		"an account":       {work.Query{Account: p.b}, "B with us, B waits, B approval"},
		"a hidden account": {work.Query{Account: p.c}, ""},
		"its name":         {work.Query{Company: "a"}, "A with us, A waits, A approval"},
		"a wild name":      {work.Query{Company: "%"}, ""},
		"a turn":           {work.Query{Turn: record.TurnClient}, "B waits, A waits, A approval, B approval"},
		"a kind":           {work.Query{Kind: work.Approval}, "A approval, B approval"},
		"an age":           {work.Query{Before: p.clock().Add(-36 * time.Hour)}, "B with us, B waits"},
		"newest first":     {work.Query{Newest: true, Kind: work.Ticket}, "A with us, B with us, A waits, B waits"},
		"nothing":          {work.Query{Kind: work.Action}, ""},
	} {
		if got := p.titles(t, s, c.q); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	page, err := p.Staff().Work(t.Context(), s, work.Query{})
	must(t, err)
	if got := fmt.Sprint(page.Counts); got != "{map[client:4 nobody:0 provider:2 third:0] 6 4 2 2}" {
		t.Error(got)
	}
	first := page.Items[0]
	if first.Company != "B" || first.Owner != marek.Name || first.Stamp.System != "Help desk" || first.Stamp.ReadAt.IsZero() || first.Label == "" || first.Number != "B-mine" {
		t.Errorf("%+v", first)
	}
}

func TestTheQueueIsReadPageByPage(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	s := grant.Staff(marek, access.Manager, nil)
	for _, newest := range []bool{false, true} {
		whole := p.titles(t, s, work.Query{Newest: newest})
		for limit := 1; limit <= 7; limit++ {
			var got []string
			q := work.Query{Newest: newest, Limit: limit}
			for {
				page, err := p.Staff().Work(t.Context(), s, q)
				must(t, err)
				for _, i := range page.Items {
					got = append(got, i.Title)
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			if strings.Join(got, ", ") != whole {
				t.Errorf("newest=%v, %d at a time: %q, want %q", newest, limit, got, whole)
			}
		}
	}
	page, err := p.Staff().Work(t.Context(), s, work.Query{Limit: 1})
	must(t, err)
	for _, after := range []string{"x", "eA", page.Next + "A", "b2xkZXN0IHByb3ZpZGVyIHggeQ"} {
		if _, err := p.Staff().Work(t.Context(), s, work.Query{After: after}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", after, err)
		}
	}
	if _, err := p.Staff().Work(t.Context(), s, work.Query{After: page.Next, Newest: true}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a cursor of another order: %v", err)
	}
}

func TestWhatStoppedStandsInTheQueue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketReply, Target: d.tickets["1"].ID, Key: "k", Input: action.Input{Text: "hello"}})
	must(t, err)
	d.settle(t, d.mustClaim(t, a.ID), action.Dead)
	page, err := d.Staff().Work(t.Context(), grant.Staff(marek, access.Manager, nil), work.Query{Kind: work.Action})
	must(t, err)
	if len(page.Items) != 1 || page.Items[0].ID != a.ID.String() || page.Items[0].Turn != record.TurnProvider || page.Items[0].Number != "1" || page.Items[0].Owner == "" {
		t.Errorf("%+v", page.Items)
	}
	if page.Counts.Turns[record.TurnProvider] < 1 {
		t.Errorf("%+v", page.Counts)
	}
}

func TestAQuestionIsNudgedOnceADay(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	s := grant.Staff(marek, access.Manager, nil)
	refs := []work.Ref{{Account: p.b, Approval: p.asked[p.b].String()}, {Account: p.a, Approval: p.asked[p.a].String()}, {Account: p.a, Approval: p.asked[p.a].String()}}
	preview, err := p.Staff().PreviewNudges(t.Context(), s, refs, today)
	must(t, err)
	if len(preview) != 2 || preview[0].Outcome != work.Sent || !slices.Equal(preview[0].To, []string{"boss"}) || preview[0].Title == "" || preview[0].Company == "" {
		t.Fatalf("%+v", preview)
	}
	mails := "SELECT count(*)::text FROM mails WHERE sort = 'approval-reminder'"
	if server == "" {
		mails = "SELECT CAST(count(*) AS TEXT) FROM mails WHERE sort = 'approval-reminder'"
	}
	sent := func() string {
		got, err := p.Texts(t.Context(), mails)
		must(t, err)
		return got[0]
	}
	if sent() != "0" {
		t.Error("a preview sent something")
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			again := slices.Clone(refs)
			if i%2 == 0 {
				slices.Reverse(again)
			}
			if _, err := p.Staff().Nudge(t.Context(), s, again, today, action.Origin{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := sent(); got != "2" {
		t.Errorf("%s mails, want one for each question", got)
	}
	done, err := p.Staff().Nudge(t.Context(), s, refs, today, action.Origin{})
	must(t, err)
	if done[0].Outcome != work.Already || done[1].Outcome != work.Already {
		t.Errorf("%+v", done)
	}
	if done, err = p.Staff().Nudge(t.Context(), s, refs, "2026-11-23", action.Origin{}); err != nil || done[0].Outcome != work.Sent || sent() != "4" {
		t.Errorf("the day after: %+v, %v, %s", done, err, sent())
	}
	list, err := p.sys.ApprovalMails(t.Context(), p.a, p.asked[p.a])
	must(t, err)
	if len(list) != 2 || list[0].What != "approval-reminder" {
		t.Errorf("%+v", list)
	}
	leaves, err := p.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE what = 'approval.nudged'")
	must(t, err)
	if len(leaves) != 4 || !strings.Contains(leaves[0], marek.ID) || strings.Contains(leaves[0], marek.Email) {
		t.Errorf("%q", leaves)
	}
	_, err = p.acc.DecideApproval(t.Context(), member(person("boss"), p.a, access.Owner), answer(p.a, p.asked[p.a], approval.Approved))
	must(t, err)
	must(t, p.sys.RemoveMember(t.Context(), p.b, "u-boss"))
	if done, err = p.Staff().Nudge(t.Context(), s, refs, "2026-11-24", action.Origin{}); err != nil {
		t.Fatal(err)
	}
	for _, n := range done {
		if want := map[record.AccountID]work.Outcome{p.a: work.Decided, p.b: work.Nobody}[n.Account]; n.Outcome != want {
			t.Errorf("%+v, want %s", n, want)
		}
	}
	if sent() != "4" {
		t.Error("what nobody is asked any more was sent")
	}
}

func TestNobodyNudgesBeyondTheirReach(t *testing.T) {
	t.Parallel()
	p := newPractice(t)
	ref := func(a, of record.AccountID) []work.Ref {
		return []work.Ref{{Account: a, Approval: p.asked[of].String()}}
	}
	for name, c := range map[string]struct {
		scope access.Scope
		refs  []work.Ref
	}{
		"an agent of another":  {grant.Staff(marek, access.Agent, []record.AccountID{p.b}), ref(p.a, p.a)},
		"one of two":           {grant.Staff(marek, access.Agent, []record.AccountID{p.b}), append(ref(p.b, p.b), ref(p.a, p.a)...)},
		"a hidden account":     {grant.Staff(marek, access.Manager, nil), ref(p.c, p.c)},
		"another's question":   {grant.Staff(marek, access.Manager, nil), ref(p.a, p.b)},
		"no account":           {grant.Staff(marek, access.Admin, nil), ref(record.NewAccountID(), p.a)},
		"a member":             {owner(p.a), ref(p.a, p.a)},
		"an agent without any": {grant.Staff(marek, access.Agent, nil), ref(p.a, p.a)},
	} {
		for what, do := range map[string]func(context.Context) ([]work.Nudge, error){
			"preview": func(ctx context.Context) ([]work.Nudge, error) {
				return p.Staff().PreviewNudges(ctx, c.scope, c.refs, today)
			},
			"nudge": func(ctx context.Context) ([]work.Nudge, error) {
				return p.Staff().Nudge(ctx, c.scope, c.refs, today, action.Origin{})
			},
		} {
			if got, err := do(t.Context()); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %s: %+v, %v", name, what, got, err)
			}
		}
	}
	if got, err := p.Texts(t.Context(), "SELECT id FROM mails WHERE sort = 'approval-reminder'"); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
}
