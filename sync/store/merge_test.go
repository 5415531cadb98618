package store_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
)

// leftovers are the tables that still know an account, whichever tables there are.
func leftovers(t *testing.T, w *world, account record.AccountID) (out []string) {
	t.Helper()
	list := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'account_id' WHERE m.type = 'table' ORDER BY 1"
	if server != "" {
		list = "SELECT c.table_name FROM information_schema.columns c WHERE c.column_name = 'account_id' AND c.table_schema = current_schema() ORDER BY 1"
	}
	tables, err := w.Texts(t.Context(), list)
	must(t, err)
	if len(tables) < 15 {
		t.Fatalf("only %v have accounts", tables)
	}
	for _, table := range tables {
		found, err := w.Texts(t.Context(), "SELECT CAST(account_id AS TEXT) FROM "+table+" WHERE account_id = ? LIMIT 1", account)
		must(t, err)
		if len(found) > 0 {
			out = append(out, table)
		}
	}
	return out
}

// client is an account made twice: the desk's, and one with everything that an
// account can have.
type client struct {
	*desk

	twice          record.AccountID
	theirs         access.Scope
	asked          action.Action
	decided, open  approval.Approval
	key            apikey.Key
	feed, feedBoth record.ID
}

func newClient(t *testing.T) *client {
	t.Helper()
	c := &client{desk: newDesk(t)}
	c.twice = c.world.account(t, "Nordwind Logistik")
	c.theirs = grant.Member(grant.User{ID: "u-jonas", Name: "Jonas Weber", Email: "jonas@nordwind.example"}, c.twice, access.Owner)
	for _, u := range []string{"u-jonas", "u-both", "u-owner"} {
		must(t, c.sys.CreateUser(t.Context(), access.User{ID: u, Name: u, Email: strings.TrimPrefix(u, "u-") + "@nordwind.example"}, ""))
	}
	must(t, c.sys.CreateUser(t.Context(), access.User{ID: "u-marek", Name: "Marek", Email: "marek@halden.example", Staff: access.Agent}, ""))
	must(t, c.sys.AddMember(t.Context(), c.account, "u-owner", access.Owner))
	must(t, c.sys.AddMember(t.Context(), c.account, "u-both", access.Finance))
	must(t, c.sys.AddMember(t.Context(), c.twice, "u-both", access.Owner))
	must(t, c.sys.AddMember(t.Context(), c.twice, "u-jonas", access.Owner))
	must(t, c.sys.AssignStaff(t.Context(), "u-marek", c.twice))
	for _, a := range []record.AccountID{c.account, c.twice} {
		must(t, c.sys.Launch(t.Context(), a, record.LaunchInvited))
	}
	c.pull(t, "tickets", ticket("7", "Nordwind Logistik", "Scanner", "open", c.clock()))
	c.pull(t, "conversation", comment("70", "7", "Which one?", c.clock()))
	c.match(t, "Nordwind Logistik", c.twice)
	about := tickets(t.Context(), t, c.world, c.theirs, c.twice)[0].ID

	staff := grant.StaffIn(grant.User{ID: "u-marek", Name: "Marek", Email: "marek@halden.example"}, access.Agent, c.twice)
	var err error
	c.decided, err = c.acc.AskApproval(t.Context(), staff, question(c.twice, about, "a", "Scanners"))
	must(t, err)
	_, err = c.acc.DecideApproval(t.Context(), c.theirs, answer(c.twice, c.decided.ID, approval.Declined))
	must(t, err)
	c.open, err = c.acc.AskApproval(t.Context(), staff, question(c.twice, record.ID{}, "b", "Later"))
	must(t, err)
	// What was asked, the reply of the decision among it, has arrived.
	list, err := c.acc.ActionsOn(t.Context(), c.theirs, c.twice, about)
	must(t, err)
	for _, a := range list {
		c.arrived(t, a)
	}
	c.asked, err = c.acc.Submit(t.Context(), c.theirs, action.Draft{Account: c.twice, Kind: action.TicketReply, Target: about, Key: "reply", Input: action.Input{Text: "The blue one."}})
	must(t, err)

	for id, out := range map[string]*record.ID{"u-jonas": &c.feed, "u-both": &c.feedBoth} {
		s := grant.Member(grant.User{ID: id}, c.twice, access.Owner)
		must(t, c.acc.RenewFeed(t.Context(), s, c.twice, record.ID{}, action.Origin{}))
		f, err := c.acc.CalendarFeed(t.Context(), s, c.twice)
		must(t, err)
		*out = f.ID
	}
	must(t, c.sys.CreateEndpoint(t.Context(), delivery.Endpoint{ID: delivery.NewEndpointID(), Account: c.twice, URL: "https://example.com/h", Types: delivery.Types(), Rate: 1, Secret: "s"}))
	c.key, _ = c.world.key(t, func(k *apikey.Key) { k.Accounts = []record.AccountID{c.account, c.twice} })
	c.invite(t, administrator(t, c.world, "amara"), c.twice, "form", guest("leo", access.Contributor))
	drain(t, c.world)
	return c
}

func (c *client) arrived(t *testing.T, a action.Action) {
	t.Helper()
	claim := c.mustClaim(t, a.ID)
	must(t, c.sys.Settle(t.Context(), claim, action.Step{State: action.Sending, Begin: true, Keep: true}))
	c.desk.settle(t, claim, action.Confirmed)
}

// Of two accounts of one client one is left, with everything, and nothing of it is
// mailed to anybody.
func TestTwoAccountsBecomeOne(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	if err := c.sys.Merge(t.Context(), c.twice, c.account); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Public(err), "1 request of Nordwind Logistik is not settled") {
		t.Fatalf("with something on its way: %v", err)
	}
	c.arrived(t, c.asked)
	drain(t, c.world)
	before, err := c.sys.MergePreview(t.Context(), c.twice, c.account)
	must(t, err)
	if before.Unsettled != 0 || before.Requests != 2 || before.Open != 1 || before.Decided != 1 || before.Invitations != 1 || before.Endpoints != 1 || before.Keys != 1 || before.Staff != 1 ||
		len(before.Companies) != 1 || len(before.Members) != 2 || !before.Members[slices.IndexFunc(before.Members, func(p run.RelocatedPerson) bool { return p.ID == "u-both" })].Already {
		t.Errorf("the preview says %+v", before)
	}
	sys, owed := c.sys.As(administrator(t, c.world, "lena"), action.Origin{}), c.owed(t)
	must(t, sys.Merge(t.Context(), c.twice, c.account))

	if left := leftovers(t, c.world, c.twice); !slices.Equal(slices.DeleteFunc(left, func(s string) bool { return s == "webhook_messages" }), []string{"audit_leaves"}) {
		t.Errorf("the account is still in %v", left)
	}
	if seen := tickets(t.Context(), t, c.world, c.owner, c.account); len(seen) != 3 {
		t.Errorf("%d requests", len(seen))
	}
	if seen := tickets(t.Context(), t, c.world, c.theirs, c.twice); len(seen) != 0 {
		t.Errorf("the account before still shows %d", len(seen))
	}
	into, err := c.sys.MergedInto(t.Context(), c.twice)
	if err != nil || into.ID != c.account {
		t.Errorf("it leads to %+v, %v", into, err)
	}

	// People: who was in both keeps the place in the account that stays.
	for user, want := range map[string]access.Role{"u-jonas": access.Owner, "u-both": access.Finance, "u-owner": access.Owner} {
		if m, err := c.sys.MembershipIn(t.Context(), user, c.account); err != nil || m.Role != want {
			t.Errorf("%s: %+v, %v", user, m, err)
		}
	}
	if who, err := c.sys.Subscriber(t.Context(), c.feed); err != nil || who.Account.ID != c.account {
		t.Errorf("the calendar feed: %+v, %v", who, err)
	}
	if who, err := c.sys.Subscriber(t.Context(), c.feedBoth); err != nil || who.Account.ID != c.account {
		t.Errorf("of who is in both: %+v, %v", who, err)
	}
	if got := c.count(t, "SELECT accounts FROM api_keys"); got != c.account.String() {
		t.Errorf("keys reach %q", got)
	}

	// What was asked and decided says under which name.
	moved, err := c.acc.ActionByID(t.Context(), c.owner, c.account, c.asked.ID)
	if err != nil || moved.MadeAs != "Nordwind Logistik" || moved.State != action.Confirmed {
		t.Errorf("%+v, %v", moved, err)
	}
	decided, err := c.acc.ApprovalByID(t.Context(), c.owner, c.account, c.decided.ID)
	if err != nil || decided.MadeAs != "Nordwind Logistik" || decided.Decision == nil || decided.Decision.By.Name != "Jonas Weber" || decided.Newest().Digest() != c.decided.Newest().Digest() {
		t.Errorf("%+v, %v", decided, err)
	}
	open, err := c.acc.ApprovalByID(t.Context(), c.owner, c.account, c.open.ID)
	if err != nil || open.State != approval.Open || len(open.People) != 1 {
		t.Errorf("%+v, %v", open, err)
	}
	c.quietly(t, owed, c.twice, c.account)
	leaf := c.count(t, "SELECT leaf FROM audit_leaves WHERE what = '"+string(audit.AccountMerged)+"'")
	if !strings.Contains(leaf, c.twice.String()) || !strings.Contains(leaf, "Nordwind Logistik") {
		t.Errorf("the log says %s", leaf)
	}

	// The next pull brings what it brings into the account that stayed.
	r := c.pull(t, "tickets", ticket("7", "Nordwind Logistik", "Scanner", "open", c.clock()), ticket("8", "Nordwind Logistik", "Dock", "open", c.clock()))
	if len(tickets(t.Context(), t, c.world, c.owner, c.account)) != 4 {
		t.Errorf("after a pull, %+v", r.Counts)
	}
}

// quietly expects that open pages of the accounts are told, and nobody is mailed.
func (c *client) quietly(t *testing.T, owed int, accounts ...record.AccountID) {
	t.Helper()
	told := map[record.AccountID]bool{}
	for _, e := range drain(t, c.world) {
		if e.Topic == change.RecordsChanged || e.Topic == change.ApprovalMoved {
			told[e.Account] = true
			if !e.Quiet {
				t.Errorf("%+v is announced", e)
			}
		}
	}
	for _, a := range accounts {
		if !told[a] {
			t.Errorf("open pages of %s do not notice", a)
		}
	}
	if after := c.owed(t); after > owed {
		t.Errorf("%d are to be mailed, before there were %d", after, owed)
	}
}

// owed counts what people are to be mailed.
func (c *client) owed(t *testing.T) int {
	t.Helper()
	list, err := c.Texts(t.Context(), "SELECT 'n' FROM notices UNION ALL SELECT 'm' FROM mails")
	must(t, err)
	return len(list)
}

// Whoever is faster: what was recorded is sent for the account that it is in, or it was
// not recorded. A pull meanwhile brings nothing into an account that is none.
func TestAMergeMeetsAPullAndASubmit(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.arrived(t, c.asked)
	about := tickets(t.Context(), t, c.world, c.theirs, c.twice)[0].ID
	var wg sync.WaitGroup
	var merged error
	var submitted [8]error
	start := make(chan struct{})
	wg.Go(func() { <-start; merged = c.sys.Merge(t.Context(), c.twice, c.account) })
	for i := range submitted {
		wg.Go(func() {
			<-start
			_, submitted[i] = c.acc.Submit(t.Context(), c.theirs, action.Draft{Account: c.twice, Kind: action.TicketReply, Target: about, Key: "race" + string(rune('a'+i)), Input: action.Input{Text: "Now."}})
		})
	}
	wg.Go(func() {
		<-start
		c.pull(t, "tickets", ticket("7", "Nordwind Logistik", "Scanner again", "open", c.clock()), ticket("9", "Nordwind Logistik", "Cable", "open", c.clock()))
	})
	close(start)
	wg.Wait()
	recorded := 0
	for _, err := range submitted {
		switch {
		case err == nil:
			recorded++
		case !fault.Is(err, fault.NotFound):
			t.Errorf("the client reads %v", err)
		}
	}
	switch {
	case merged == nil && recorded > 0:
		t.Errorf("%d were recorded in an account that is none", recorded)
	case merged != nil && (!fault.Is(merged, fault.Conflict) || recorded == 0):
		t.Errorf("refused by %v with %d recorded", merged, recorded)
	}
	home := c.account
	if merged != nil {
		home = c.twice
	}
	where, err := c.Texts(t.Context(), "SELECT CAST(account_id AS TEXT) FROM records WHERE external_id IN ('7', '9', '70') UNION SELECT CAST(account_id AS TEXT) FROM identities WHERE external_id IN ('7', '9', '70')")
	must(t, err)
	if !slices.Equal(where, []string{home.String()}) {
		t.Errorf("records are in %v, want %s", where, home)
	}
}

// A merge that ends in the middle never began.
func TestAMergeThatEndsInTheMiddleNeverBegan(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.arrived(t, c.asked)
	// A branch of a branch is found out after the locks, an end of the context anywhere.
	below := record.AccountInfo{ID: record.NewAccountID(), Name: "Below", Parent: c.twice}
	must(t, c.sys.CreateAccount(t.Context(), below))
	deep := record.AccountInfo{ID: record.NewAccountID(), Name: "Deep", Parent: below.ID}
	must(t, c.sys.CreateAccount(t.Context(), deep))
	if err := c.sys.Merge(t.Context(), c.twice, deep.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("into a branch of a branch: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := c.sys.Merge(ended, c.twice, c.account); err == nil {
		t.Error("it went on")
	}
	if seen := tickets(t.Context(), t, c.world, c.theirs, c.twice); len(seen) != 1 {
		t.Errorf("%d requests", len(seen))
	}
	// Into its own branch: the branch takes its place.
	must(t, c.sys.Merge(t.Context(), c.twice, below.ID))
	info, err := c.sys.AccountInfo(t.Context(), below.ID)
	if err != nil || !info.Parent.IsZero() {
		t.Errorf("%+v, %v", info, err)
	}
}

// Two companies that were one account by mistake are parted, with what was asked about
// each, and nobody of one sees the other's any more.
func TestOneAccountBecomesTwo(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.arrived(t, c.asked)
	must(t, c.sys.Merge(t.Context(), c.twice, c.account)) // by mistake
	drain(t, c.world)
	leave := run.Split{From: c.account, Into: record.AccountInfo{Name: "Nordwind Logistik"}, People: []string{"u-jonas"},
		Companies: []run.RelocatedCompany{{Connection: c.conn, Key: "Nordwind Logistik"}}}
	seen, err := c.sys.SplitPreview(t.Context(), leave)
	must(t, err)
	if seen.Requests != 2 || seen.Decided != 1 || seen.Open != 0 || seen.Unsettled != 0 || len(seen.Companies) != 2 || len(seen.Records) != 2 {
		t.Errorf("the preview says %+v", seen)
	}
	waits := c.submit(t, "1", "stays")
	all := leave
	all.Companies = append(slices.Clone(leave.Companies), run.RelocatedCompany{Connection: c.conn, Key: "Nordwind"})
	if _, err := c.sys.Split(t.Context(), all); err == nil {
		t.Error("all of them left")
	}
	drain(t, c.world)
	owed := c.owed(t)
	into, err := c.sys.Split(t.Context(), leave)
	must(t, err)
	theirs := grant.Member(grant.User{ID: "u-jonas", Name: "Jonas Weber", Email: "jonas@nordwind.example"}, into.ID, access.Owner)
	if got := tickets(t.Context(), t, c.world, theirs, into.ID); len(got) != 1 || got[0].Number != "7" || into.Launch != record.LaunchHidden {
		t.Errorf("%+v has %+v", into, got)
	}
	if got := tickets(t.Context(), t, c.world, c.owner, c.account); len(got) != 2 {
		t.Errorf("%d stayed", len(got))
	}
	if _, err := c.acc.ActionByID(t.Context(), c.owner, c.account, c.asked.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the words of the other company: %v", err)
	}
	if a, err := c.acc.ActionByID(t.Context(), theirs, into.ID, c.asked.ID); err != nil || a.MadeAs != "Nordwind Logistik" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := c.acc.ApprovalByID(t.Context(), theirs, into.ID, c.decided.ID); err != nil || a.Decision == nil {
		t.Errorf("%+v, %v", a, err)
	}
	if c.state(t, waits.ID) != action.Recorded {
		t.Error("what stays was stopped")
	}
	if m, err := c.sys.Memberships(t.Context(), "u-jonas"); err != nil || len(m) != 0 {
		t.Errorf("who left is let in: %+v, %v", m, err)
	}
	c.quietly(t, owed, into.ID, c.account)
	if _, err := c.sys.Split(t.Context(), leave); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}

	// A pull puts what is new where the company is now.
	c.pull(t, "tickets", ticket("8", "Nordwind Logistik", "Dock", "open", c.clock()), ticket("3", "Nordwind", "Mouse", "open", c.clock()))
	if got := tickets(t.Context(), t, c.world, theirs, into.ID); len(got) != 2 {
		t.Errorf("%d requests of the company that left", len(got))
	}
}

func TestASplitWaitsForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.pull(t, "tickets", ticket("12", "Other", "Desk", "open", c.clock()))
	c.match(t, "Other", c.twice)
	leave := run.Split{From: c.twice, Into: record.AccountInfo{ID: c.account}, Companies: []run.RelocatedCompany{{Connection: c.conn, Key: "Nordwind Logistik"}}}
	if _, err := c.sys.Split(t.Context(), leave); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Public(err), "not settled") {
		t.Errorf("%v", err)
	}
	if got := tickets(t.Context(), t, c.world, c.theirs, c.twice); len(got) != 2 {
		t.Errorf("%d are left", len(got))
	}
	c.arrived(t, c.asked)
	_, err := c.sys.Split(t.Context(), leave)
	must(t, err)
	if got := tickets(t.Context(), t, c.world, c.theirs, c.twice); len(got) != 1 || got[0].Number != "12" {
		t.Errorf("%+v", got)
	}
}
