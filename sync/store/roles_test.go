package store_test

import (
	"slices"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestAContributorSeesOnlyTheirOwnRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := newTwins(t, w)
	eachCall(w.acc, func(name string, f call) { // others' ticket, note, file and action
		if !takesIDs(name) || name == "Detail 3" || name == "Submit 1" {
			return
		}
		_, foreign := f(t.Context(), a.colleague, a.account, a)
		_, missing := f(t.Context(), a.colleague, a.account, nobody())
		if foreign == nil || said(foreign) != said(missing) {
			t.Errorf("%s on somebody else's: %s, on nothing: %s", name, said(foreign), said(missing))
		}
	})
	own := a
	own.others, own.note, own.file, own.reply = a.mine, a.myNote, a.myFile, a.myReply
	eachCall(w.acc, func(name string, f call) {
		if asksClients(name) || name == "ApprovalByID 0" || name == "DecideApproval 0" { // see TestWhoWasAskedSeesIt
			return
		}
		_, err := f(t.Context(), a.colleague, a.account, own)
		if money := name == "List 6" || name == "Whole 1" || name == "Submit 2" || name == "StandsFor 0"; (err != nil) != money {
			t.Errorf("%s on their own: %v", name, err)
		}
	})
	for kind, want := range map[record.Kind][]record.ID{record.KindTicket: {a.mine}, record.KindComment: {a.myNote}, record.KindAttachment: {a.myFile}} {
		if got := listed(t, w, a.colleague, a.account, kind); !slices.Equal(got, want) {
			t.Errorf("%ss: %v, want %v", kind, got, want)
		}
	}
}

func listed(t *testing.T, w *world, s access.Scope, account record.AccountID, kind record.Kind) []record.ID {
	t.Helper()
	page, err := w.acc.List(t.Context(), s, account, record.Query{Kind: kind})
	must(t, err)
	var ids []record.ID
	for _, r := range page.Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAnEmptyAddressOwnsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	r := ticket("1", "Nordwind", "From nobody", "open", w.clock())
	body := r.Body.(record.Ticket)
	body.Requester = record.Person{}
	r.Body = body
	w.pull(t, "tickets", r)
	w.pull(t, "conversation", comment("10", "1", "words", w.clock()))
	w.match(t, "Nordwind", a)
	s := member(grant.User{ID: "u"}, a, access.Contributor)
	for _, kind := range []record.Kind{record.KindTicket, record.KindComment} {
		if got := listed(t, w, s, a, kind); len(got) != 0 {
			t.Errorf("%ss of nobody are theirs: %v", kind, got)
		}
	}
	page, err := w.acc.List(t.Context(), member(grant.User{ID: "u"}, a, access.Owner), a, record.Query{Kind: record.KindTicket, Mine: true})
	must(t, err)
	if len(page.Rows) != 0 {
		t.Errorf("tickets of nobody are mine: %v", page.Rows)
	}
}

func TestFinanceSeesNoSupport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := newTwins(t, w)
	for _, role := range []access.Role{access.Finance, access.Approver, access.Accountant, "", "nonsense"} {
		s := member(person("books"), a.account, role)
		eachCall(w.acc, func(name string, f call) {
			days := []string{"Occasions 0", "CalendarFeed 0", "RenewFeed 0", "StopFeed 0"} // invoices are due on days
			if name == "Standing 0" || name == "Freshness 0" || slices.Contains(days, name) && (role == access.Finance || role == access.Accountant) {
				return
			}
			got, err := f(t.Context(), s, a.account, a)
			if list, ok := got.([]approval.Approval); ok && len(list) == 0 && err == nil { // they may be asked, and were not
				return
			}
			if aboutMoney(name, got) && err == nil { // that is what they are there for
				return
			}
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v %v", role, name, got, err)
			}
		})
	}
}

// aboutMoney reports whether an answer holds invoices, what was asked for about them,
// their files, or nothing.
func aboutMoney(name string, got any) bool {
	switch got := got.(type) {
	case []action.Action:
		return !slices.ContainsFunc(got, func(a action.Action) bool { return a.Kind != action.PaymentRecord })
	case action.Action:
		return got.Kind == action.PaymentRecord
	default:
		return name == "FilesOf 0" || name == "StandsFor 0" || name == "List 6" || name == "Whole 1"
	}
}

func TestStaffReadTheirAccountsAndAskOnlyTheirClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	s := grant.Staff(person("agent"), access.Agent, []record.AccountID{a.account})
	must(t, w.sys.CreateUser(t.Context(), access.User{ID: s.User(), Name: s.Name(), Email: s.Email(), Staff: access.Agent}, ""))
	eachCall(w.acc, func(name string, f call) {
		_, err := f(t.Context(), s, a.account, a)
		if asks := slices.Contains([]string{"Submit 0", "Submit 1", "Submit 2", "Destinations 0", "DecideApproval 0", "CalendarFeed 0", "RenewFeed 0", "StopFeed 0"}, name); asks != fault.Is(err, fault.Forbidden) || !asks && err != nil {
			t.Errorf("%s in their account: %v", name, err)
		}
		if got, err := f(t.Context(), s, b.account, b); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s in another: %v %v", name, got, err)
		}
	})
}

func TestStaffListTheirReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "A"), w.account(t, "B")
	hidden := record.NewAccountID()
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: hidden, Name: "Hidden"}))
	for name, c := range map[string]struct {
		scope access.Scope
		want  []record.AccountID
	}{
		"agent of one":      {grant.Staff(person("s"), access.Agent, []record.AccountID{a}), []record.AccountID{a}},
		"agent of a hidden": {grant.Staff(person("s"), access.Agent, []record.AccountID{b, hidden}), []record.AccountID{b}},
		"queue of none":     {grant.Staff(person("s"), access.Queue, nil), nil},
		"manager":           {grant.Staff(person("s"), access.Manager, nil), []record.AccountID{a, b}},
		"administrator":     {grant.Staff(person("s"), access.Admin, nil), []record.AccountID{a, b, hidden}},
	} {
		list, err := w.Staff().Accounts(t.Context(), c.scope)
		must(t, err)
		var got []record.AccountID
		for _, info := range list {
			got = append(got, info.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s sees %v, want %v", name, got, c.want)
		}
	}
}

func TestOnlyWhoAskedTakesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := newTwins(t, w)
	if _, err := w.acc.Withdraw(t.Context(), a.owner, a.account, a.myReply); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the owner took back what a colleague asked for: %v", err)
	}
	for name, s := range map[string]access.Scope{"who asked": a.colleague, "staff": grant.StaffIn(person("agent"), access.Agent, a.account)} {
		id := a.myReply
		if name == "staff" {
			id = a.reply
		}
		act, err := w.acc.Withdraw(t.Context(), s, a.account, id)
		if err != nil || act.State != action.Withdrawn {
			t.Errorf("%s: %s %v", name, act.State, err)
		}
	}
}

func TestStaffAreAssignedToAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "A"), w.account(t, "B")
	must(t, w.sys.CreateUser(t.Context(), access.User{ID: "s", Email: "agent@msp.example", Staff: access.Agent}, ""))
	if got, err := w.sys.StaffAccounts(t.Context(), "s"); err != nil || len(got) != 0 {
		t.Errorf("assigned to nothing: %v %v", got, err)
	}
	for _, id := range []record.AccountID{a, b, a} {
		must(t, w.sys.AssignStaff(t.Context(), "s", id))
	}
	got, err := w.sys.StaffAccounts(t.Context(), "s")
	must(t, err)
	if len(got) != 2 || !slices.Contains(got, a) || !slices.Contains(got, b) {
		t.Errorf("assigned: %v", got)
	}
}
