package store_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

func question(account record.AccountID, ticket record.ID, key, title string) approval.Draft {
	return approval.Draft{Account: account, Ticket: ticket, Title: title, Text: "Order 14 hand scanners?", Key: key, Roles: []access.Role{access.Owner},
		People: []approval.Person{{User: "u-jonas", Name: "Jonas Weber", Email: "jonas@nordwind.example"}},
		File:   &action.File{ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "quote.pdf", Size: 3, SHA256: strings.Repeat("ab", 32)}}
}

func answer(account record.AccountID, id approval.ID, state approval.State) approval.Answer {
	a := approval.Answer{Account: account, ID: id, Version: 1, State: state, Key: "form", Words: "You decide on exactly this version. / Approve", From: action.Origin{IP: "203.0.113.9", Agent: "Firefox"}}
	if state != approval.Approved {
		a.Reason = "Too many."
	}
	return a
}

func (d *desk) staff() access.Scope {
	return grant.StaffIn(grant.User{ID: "u-marek", Name: "Marek Dvořák", Email: "marek@halden.example"}, access.Agent, d.account)
}

func (d *desk) ask(t *testing.T, key string) approval.Approval {
	t.Helper()
	q := question(d.account, d.tickets["1"].ID, key, "Hand scanners")
	q.Due = d.clock().Add(48 * time.Hour)
	a, err := d.acc.AskApproval(t.Context(), d.staff(), q)
	must(t, err)
	return a
}

func (d *desk) revise(t *testing.T, a approval.Approval) approval.Approval {
	t.Helper()
	a, err := d.acc.ReviseApproval(t.Context(), d.staff(), approval.Revision{Account: d.account, ID: a.ID, Base: a.Version, Title: a.Title, Text: "Order 12?",
		Note: "two fewer", Key: fmt.Sprint("v", a.Version+1), Due: a.Due})
	must(t, err)
	return a
}

// jonas joins the account and gets a link.
func (d *desk) jonas(t *testing.T, a approval.Approval) [32]byte {
	t.Helper()
	if _, _, err := d.sys.UserByEmail(t.Context(), "jonas@nordwind.example"); fault.Is(err, fault.NotFound) {
		must(t, d.sys.CreateUser(t.Context(), access.User{ID: "u-jonas", Name: "Jonas Weber", Email: "jonas@nordwind.example"}, ""))
		must(t, d.sys.AddMember(t.Context(), d.account, "u-jonas", access.Contributor))
	}
	token := sha256.Sum256(fmt.Append(nil, a.ID, a.Version))
	_, err := d.sys.StartLink(t.Context(), token, d.account, a.ID, a.Version, "u-jonas")
	must(t, err)
	return token
}

func (d *desk) count(t *testing.T, query string) string {
	t.Helper()
	got, err := d.Texts(t.Context(), query)
	must(t, err)
	return strings.Join(got, ",")
}

// TestOneDecisionOfFifty lets approve and decline meet, from the portal and by
// link, in the same instant.
func TestOneDecisionOfFifty(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	token := d.jonas(t, a)
	var ready, done sync.WaitGroup
	ready.Add(50)
	results := make([]error, 50)
	for i := range results {
		done.Go(func() {
			in := answer(d.account, a.ID, []approval.State{approval.Approved, approval.Declined, approval.Changes}[i%3])
			in.Key = fmt.Sprint("form ", i)
			ready.Done()
			ready.Wait()
			if i%2 == 0 {
				_, results[i] = d.acc.DecideApproval(t.Context(), d.owner, in)
			} else {
				_, results[i] = d.sys.DecideLinked(t.Context(), token, in)
			}
		})
	}
	done.Wait()
	won := 0
	for i, err := range results {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Public(err), "has decided this already"):
			t.Errorf("%d: %v", i, err)
		}
	}
	if won != 1 {
		t.Errorf("%d decisions won", won)
	}
	for what, query := range map[string]string{
		"audit leaves": "SELECT '' || count(*) FROM audit_leaves WHERE what = 'approval.decided'",
		"replies":      "SELECT '' || count(*) FROM actions",
		"events":       "SELECT '' || count(*) FROM outbox WHERE topic = 'approval.moved'",
	} {
		if n := d.count(t, query); n != "1" {
			t.Errorf("%s %s, want 1", n, what)
		}
	}
}

func TestADecisionIsEvidenceAndIsOwedAReply(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	got, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Declined))
	must(t, err)
	again, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Declined))
	must(t, err)
	if got.State != approval.Declined || again.Decision == nil || again.Reply == nil || again.Reply.ID != got.Reply.ID {
		t.Fatalf("first %+v, the same form again %+v", got, again)
	}
	r := again.Reply
	if r.Kind != action.TicketReply || r.External != "1" || r.State != action.Recorded || r.Actor.Name != "Ines Vogt" || !strings.Contains(r.Input.Text, "Declined: Hand scanners") {
		t.Errorf("the reply is %+v", r)
	}
	leaf := d.count(t, "SELECT leaf || personal FROM audit_leaves WHERE what = 'approval.decided'")
	for _, part := range []string{a.Newest().Digest(), strings.Repeat("ab", 32), `"decision":"declined"`, `"way":"portal"`, `"version":"1"`, `"role":"owner"`,
		"You decide on exactly this version", "203.0.113.9", "Firefox", "Too many.", d.account.String(), "u-owner"} {
		if !strings.Contains(leaf, part) {
			t.Errorf("the evidence lacks %s: %s", part, leaf)
		}
	}
	if facts, _, _ := strings.Cut(leaf, `"personal"`); strings.Contains(facts, "Ines") || strings.Contains(facts, "203.0.113.9") {
		t.Errorf("the leaf holds what a person may have erased: %s", facts)
	}
	if _, err := d.acc.Withdraw(t.Context(), d.owner, d.account, r.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the reply of a decision is taken back: %v", err)
	}
	forged := d.draft("1", "forged")
	forged.Input.Approval = a.ID.String()
	if _, err := d.acc.Submit(t.Context(), d.owner, forged); !fault.Is(err, fault.Invalid) {
		t.Errorf("a form tells of a decision: %v", err)
	}
}

// TestTheReplyOutlivesTheRights: who decided may have left when it is told.
func TestTheReplyOutlivesTheRights(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	got, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, d.ask(t, "q").ID, approval.Approved)) // nobody ever joined
	must(t, err)
	if _, role, err := d.sys.Rights(t.Context(), *got.Reply); err != nil || role != access.Owner {
		t.Errorf("%s, %v", role, err)
	}
	elsewhere := *got.Reply
	elsewhere.Target = record.NewID()
	if _, _, err := d.sys.Rights(t.Context(), elsewhere); !fault.Is(err, fault.NotFound) {
		t.Errorf("a request that has left is told: %v", err)
	}
}

// TestNothingIsHalfDecided fails the last writes of a decision.
func TestNothingIsHalfDecided(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"audit_leaves", "actions", "outbox"} {
		d := newDesk(t)
		a := d.ask(t, "q")
		must(t, d.Exec(t.Context(), "CREATE TRIGGER broken BEFORE INSERT ON "+at+" BEGIN SELECT RAISE(ABORT, 'no'); END"))
		if _, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved)); err == nil {
			t.Errorf("%s: decided all the same", at)
		}
		must(t, d.Exec(t.Context(), "DROP TRIGGER broken"))
		now, err := d.acc.ApprovalByID(t.Context(), d.owner, d.account, a.ID)
		must(t, err)
		if now.State != approval.Open || now.Decision != nil || d.count(t, "SELECT '' || count(*) FROM actions") != "0" {
			t.Errorf("%s: half a decision: %+v", at, now)
		}
		_, err = d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved))
		must(t, err)
	}
}

func TestAStaleVersionIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	old := d.jonas(t, a)
	a = d.revise(t, a)
	if a.Version != 2 || len(a.Versions) != 2 || a.Newest().File == nil || a.Newest().Note != "two fewer" {
		t.Fatalf("revised to %+v", a)
	}
	_, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved))
	if !fault.Is(err, fault.Conflict) || fault.Fields(err)["version"] != "1 → 2" {
		t.Errorf("an older version is decided: %v", err)
	}
	for _, version := range []int{1, 2, 3} { // a link of version 1 decides no other, whatever the form says
		in := answer(d.account, a.ID, approval.Approved)
		in.Version = version
		if _, err := d.sys.DecideLinked(t.Context(), old, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("the link of an older version decides %d: %v", version, err)
		}
	}
	if _, err := d.sys.StartLink(t.Context(), sha256.Sum256([]byte("late")), d.account, a.ID, 1, "u-jonas"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a link to an older version: %v", err)
	}
	in := answer(d.account, a.ID, approval.Approved)
	in.Version = 2
	got, err := d.sys.DecideLinked(t.Context(), d.jonas(t, a), in)
	must(t, err)
	if got.Decision.Version != 2 || got.Decision.Digest != a.Newest().Digest() || got.Decision.Way != approval.Link || got.Decision.By.User != "u-jonas" {
		t.Errorf("decided %+v", got.Decision)
	}
	revision := approval.Revision{Account: d.account, ID: a.ID, Base: 2, Title: "x", Text: "late", Key: "late"}
	if _, err := d.acc.ReviseApproval(t.Context(), d.staff(), revision); !fault.Is(err, fault.Conflict) {
		t.Errorf("what was decided is revised: %v", err)
	}
}

func TestTheSameFormRevisesOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	if again := d.ask(t, "q"); again.ID != a.ID {
		t.Error("one form asked twice")
	}
	r := approval.Revision{Account: d.account, ID: a.ID, Base: 1, Title: a.Title, Text: "Order 12?", Key: "v2"}
	for range 2 {
		got, err := d.acc.ReviseApproval(t.Context(), d.staff(), r)
		must(t, err)
		if got.Version != 2 {
			t.Errorf("version %d", got.Version)
		}
	}
	r.Base, r.Key = 2, "v3"
	if _, err := d.acc.ReviseApproval(t.Context(), d.staff(), r); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same again is a version: %v", err)
	}
	r.Base, r.Text, r.Key = 1, "Order 10?", "other"
	if _, err := d.acc.ReviseApproval(t.Context(), d.staff(), r); !fault.Is(err, fault.Conflict) {
		t.Errorf("two wrote the next version: %v", err)
	}
}

// TestAForwardedLinkIsStillItsOwners: whoever has it decides as the person it was
// sent to, and it opens nothing once that person may not decide.
func TestAForwardedLinkIsStillItsOwners(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	token := d.jonas(t, a)
	before := d.count(t, "SELECT id || state || version || changed_at FROM approvals")
	for range 3 { // looking changes nothing, however often
		l, err := d.sys.Linked(t.Context(), token)
		must(t, err)
		if l.Person.Name != "Jonas Weber" || l.Approval.ID != a.ID || l.Version != 1 || !l.May || l.Company != "Nordwind" || !l.Expires.Equal(a.Due) {
			t.Errorf("the link shows %+v", l)
		}
	}
	if after := d.count(t, "SELECT id || state || version || changed_at FROM approvals"); after != before || d.count(t, "SELECT '' || count(*) FROM outbox WHERE topic = 'approval.moved'") != "0" {
		t.Error("looking at a link changed something")
	}
	if stored := d.count(t, "SELECT hex(token_hash) FROM approval_links"); !strings.EqualFold(stored, fmt.Sprintf("%x", token)) {
		t.Errorf("kept is %s", stored)
	}
	if _, err := d.sys.Linked(t.Context(), [32]byte{1}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a made-up token: %v", err)
	}
	must(t, d.sys.RemoveMember(t.Context(), d.account, "u-jonas"))
	_, err := d.sys.DecideLinked(t.Context(), token, answer(d.account, a.ID, approval.Approved))
	if _, look := d.sys.Linked(t.Context(), token); !fault.Is(look, fault.NotFound) || !fault.Is(err, fault.NotFound) {
		t.Errorf("a link outlives the membership: %v, %v", look, err)
	}
}

func TestALinkEndsWithItsDateAndWhereSigningInIsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.jonas(t, d.ask(t, "q"))
	q := question(d.account, record.ID{}, "signed", "Contract")
	q.SignIn = true
	signed, err := d.acc.AskApproval(t.Context(), d.staff(), q)
	must(t, err)
	strict := d.jonas(t, signed)
	if _, err := d.sys.DecideLinked(t.Context(), strict, answer(d.account, signed.ID, approval.Approved)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("decided without signing in: %v", err)
	}
	d.pass(48 * time.Hour)
	if _, err := d.sys.DecideLinked(t.Context(), token, answer(d.account, approval.ID{}, approval.Approved)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("decided by a link whose date has passed: %v", err)
	}
	late, err := d.acc.Approvals(t.Context(), d.owner, d.account, approval.Query{Open: true})
	must(t, err)
	if len(late) != 2 || !late[1].Overdue(d.clock().Add(time.Second)) {
		t.Errorf("a date decided something: %+v", late)
	}
	d.pass(200 * 24 * time.Hour)
	must(t, d.sys.Prune(t.Context()))
	if n := d.count(t, "SELECT '' || count(*) FROM approval_links"); n != "0" {
		t.Errorf("%s links are kept", n)
	}
}

func TestADecisionByPhoneIsMarkedForEver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	call := approval.Call{Answer: answer(d.account, a.ID, approval.Approved), By: approval.Person{User: "u-jonas", Name: "Jonas Weber", Role: "contributor"}, Said: d.clock().Add(-time.Hour), Note: "Called back on his desk number."}
	if _, err := d.acc.RecordCall(t.Context(), d.owner, call); !fault.Is(err, fault.NotFound) {
		t.Errorf("a client records a call: %v", err)
	}
	stranger := call
	stranger.By = approval.Person{User: "u-other", Role: "contributor"}
	if _, err := d.acc.RecordCall(t.Context(), d.staff(), stranger); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody who was not asked decides by phone: %v", err)
	}
	got, err := d.acc.RecordCall(t.Context(), d.staff(), call)
	must(t, err)
	if d := got.Decision; d.Way != approval.Phone || d.By.User != "u-jonas" || d.RecordedBy == nil || d.RecordedBy.User != "u-marek" || d.Note == "" {
		t.Errorf("recorded %+v", d)
	}
	if !got.Reply.Actor.Staff || got.Reply.Actor.Name != "Marek Dvořák" || !strings.Contains(got.Reply.Input.Text, "by phone") {
		t.Errorf("the reply is %+v", got.Reply)
	}
	if leaf := d.count(t, "SELECT leaf FROM audit_leaves WHERE what = 'approval.decided'"); !strings.Contains(leaf, `"way":"phone"`) || !strings.Contains(leaf, `"recorded_by":"u-marek"`) {
		t.Errorf("the evidence is %s", leaf)
	}
}

func TestWhoWasAskedSeesIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q") // of owners, and of Jonas
	as := func(id string, role access.Role) access.Scope {
		return grant.Member(grant.User{ID: id, Name: id}, d.account, role)
	}
	for name, c := range map[string]struct {
		s         access.Scope
		see, mine bool
		decide    fault.Kind
	}{
		"an owner":              {as("u-other", access.Owner), true, true, ""},
		"somebody named":        {as("u-jonas", access.Contributor), true, true, ""},
		"a colleague":           {as("u-colleague", access.Contributor), false, false, fault.NotFound},
		"an approver not asked": {as("u-approver", access.Approver), false, false, fault.NotFound},
		"an accountant":         {as("u-jonas", access.Accountant), false, false, fault.NotFound},
		"staff":                 {d.staff(), true, false, fault.Forbidden},
	} {
		list, err := d.acc.Approvals(t.Context(), c.s, d.account, approval.Query{})
		if (len(list) == 1) != c.see || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s lists %d: %v", name, len(list), err)
		}
		mine, _ := d.acc.Approvals(t.Context(), c.s, d.account, approval.Query{Open: true, Mine: true, Ticket: d.tickets["1"].ID})
		if (len(mine) == 1) != c.mine {
			t.Errorf("%s is asked %d", name, len(mine))
		}
		is, err := d.acc.Standing(t.Context(), c.s, d.account, 10)
		must(t, err)
		if counted := c.mine || c.s.IsStaff(); (is.Decisions == 1) != counted {
			t.Errorf("%s is told of %d", name, is.Decisions)
		}
		if _, err := d.acc.ApprovalByID(t.Context(), c.s, d.account, a.ID); (err == nil) != c.see {
			t.Errorf("%s looks: %v", name, err)
		}
		if c.decide != "" {
			if _, err := d.acc.DecideApproval(t.Context(), c.s, answer(d.account, a.ID, approval.Approved)); !fault.Is(err, c.decide) {
				t.Errorf("%s decides: %v", name, err)
			}
		}
	}
	older, err := d.acc.Approvals(t.Context(), d.owner, d.account, approval.Query{After: a.ID.String()})
	if err != nil || len(older) != 0 {
		t.Errorf("after the last one: %v %v", older, err)
	}
}

func TestAWithdrawnQuestionIsDecidedByNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	for range 2 {
		got, err := d.acc.WithdrawApproval(t.Context(), d.staff(), d.account, a.ID, action.Origin{})
		must(t, err)
		if got.State != approval.Withdrawn {
			t.Errorf("%s", got.State)
		}
	}
	if _, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved)); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided all the same: %v", err)
	}
	b := d.ask(t, "r")
	_, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, b.ID, approval.Approved))
	must(t, err)
	if _, err := d.acc.WithdrawApproval(t.Context(), d.staff(), d.account, b.ID, action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("what was decided is taken back: %v", err)
	}
}

func TestEndpointsAreToldOfEachVersionAndTheDecisionOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	must(t, d.sys.CreateEndpoint(t.Context(), delivery.Endpoint{ID: delivery.NewEndpointID(), URL: "https://example.com/h", Types: []delivery.Type{delivery.ApprovalRequested, delivery.ApprovalDecided}, Rate: 1, Enabled: true}))
	a := d.revise(t, d.ask(t, "q"))
	in := answer(d.account, a.ID, approval.Changes)
	in.Version = 2
	_, err := d.acc.DecideApproval(t.Context(), d.owner, in)
	must(t, err)
	drain(t, d.world)
	said, err := d.Texts(t.Context(), "SELECT payload FROM webhook_messages ORDER BY id")
	must(t, err)
	// Both questions were asked before anybody was told: the older one is none any more.
	if len(said) != 2 || !strings.Contains(said[0], `"approval.requested"`) || !strings.Contains(said[0], `"version":2`) || !strings.Contains(said[1], `"approval.decided"`) ||
		!strings.Contains(said[1], `"way":"portal"`) || !strings.Contains(said[1], `"reason":"Too many."`) {
		t.Errorf("told %q", said)
	}
}

func TestFilesOfApprovalsAreKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	_, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved))
	must(t, err)
	needed, err := d.sys.NeededFiles(t.Context())
	must(t, err)
	if !needed[a.Newest().File.ID] {
		t.Errorf("needed are %v", needed)
	}
}

// TestKilledBetweenTheDecisionAndItsPushLeavesOneReply: whoever decided may be
// gone before anybody was rung, and a worker may die with the reply in its hands.
func TestKilledBetweenTheDecisionAndItsPushLeavesOneReply(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.ask(t, "q")
	_, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved))
	must(t, err)
	var reply action.ID
	for range 2 { // the sweep finds it; the first worker dies, the next one gets the same
		due, err := d.sys.DueActions(t.Context(), d.clock(), 10)
		must(t, err)
		if len(due) != 1 {
			t.Fatalf("%d replies are due", len(due))
		}
		reply = due[0]
		if _, ok := d.claim(t, reply); !ok {
			t.Fatal("the reply cannot be worked on")
		}
		if _, ok := d.claim(t, reply); ok {
			t.Fatal("two workers have the reply")
		}
		d.pass(2 * time.Minute)
	}
	again, err := d.acc.DecideApproval(t.Context(), d.owner, answer(d.account, a.ID, approval.Approved)) // the browser sends its form once more
	must(t, err)
	if again.Reply.ID != reply || d.count(t, "SELECT '' || count(*) FROM actions") != "1" {
		t.Errorf("the reply is %s, and there are %s", again.Reply.ID, d.count(t, "SELECT '' || count(*) FROM actions"))
	}
}
