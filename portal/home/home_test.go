package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"portico/portal/home"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// account is one account in memory; it refuses what the scope does not see.
type account struct {
	id      record.AccountID
	rows    []record.Row
	actions []action.Action
	asked   []approval.Approval
	down    string
}

func newAccount() *account { return &account{id: record.NewAccountID()} }

func (a *account) ticket(title, raw string, due time.Duration) record.ID {
	m := record.Guess(record.KindTicket, raw)
	r := record.Row{
		Account: a.id, ID: record.NewID(), Kind: record.KindTicket, Facets: record.Facets{Number: "1", Title: title, Status: raw, Person: "Marek"},
		State: m.State, Label: m.Label, Explanation: m.Explanation, Turn: m.Turn, TurnSince: now.Add(-48 * time.Hour), Updated: now.Add(-time.Hour),
	}
	if due != 0 {
		r.Due = now.Add(due)
	}
	a.rows = append(a.rows, r)
	return r.ID
}

func (a *account) asset(name, until string, state record.State) {
	r := record.Row{Account: a.id, ID: record.NewID(), Kind: record.KindAsset, Facets: record.Facets{Title: name}, State: state}
	if until != "" {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			panic(err)
		}
		r.Due = day
	}
	a.rows = append(a.rows, r)
}

func (a *account) Approvals(_ context.Context, s access.Scope, _ record.AccountID, q approval.Query) ([]approval.Approval, error) {
	var out []approval.Approval
	for _, one := range a.asked {
		if !q.Mine || one.Decides(s.User(), access.Role(s.Role())) {
			out = append(out, one)
		}
	}
	return out, access.See(s, a.id, record.KindApproval)
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}}, nil
}

func (a *account) List(_ context.Context, s access.Scope, _ record.AccountID, q record.Query) (record.Page, error) {
	if !s.Sees(q.Kind) {
		return record.Page{}, fault.New(fault.Forbidden, "no")
	}
	p := record.Page{Total: -1}
	for _, r := range a.rows {
		if r.Kind == q.Kind && (q.Open == nil || *q.Open == r.State.Open()) && (q.Turn == "" || q.Turn == r.Turn) {
			p.Rows = append(p.Rows, r)
		}
	}
	if q.Sort == record.SortDue {
		slices.SortStableFunc(p.Rows, func(x, y record.Row) int {
			if x.Due.IsZero() != y.Due.IsZero() {
				if x.Due.IsZero() {
					return 1
				}
				return -1
			}
			return x.Due.Compare(y.Due)
		})
	}
	if q.Limit > 0 && len(p.Rows) > q.Limit {
		p.Rows, p.Next = p.Rows[:q.Limit], "more"
	}
	return p, nil
}

func (a *account) Freshness(context.Context, access.Scope, record.AccountID) ([]record.Freshness, error) {
	return []record.Freshness{{System: "Request Tracker", Kinds: []record.Kind{record.KindTicket}, ReadAt: now.Add(-time.Minute), Limit: time.Hour, Down: a.down, DownSince: now.Add(-time.Minute)}}, nil
}

func (a *account) Stuck(_ context.Context, s access.Scope, _ record.AccountID) ([]action.Action, error) {
	return slices.DeleteFunc(slices.Clone(a.actions), func(x action.Action) bool {
		return x.Actor.User != s.User() || x.State != action.Conflict && x.State != action.Dead
	}), nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, _ record.Kind, id record.ID) (record.Detail, error) {
	for _, r := range a.rows {
		if r.ID == id {
			return record.Detail{Row: r}, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "gone")
}

func (a *account) show(t *testing.T, s access.Scope) htmlcheck.Page {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, ui.AccountPath(a.id), nil)
	if err := home.New(home.Options{Records: a, Approvals: a, Frame: frame}).Home(w, r, s); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func (a *account) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines Albrecht", Email: "ines@x.example"}, a.id, role)
}

func TestHomeInTheOrderOfWhatMatters(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.ticket("VPN for the depot", "stalled", 30*time.Hour)
	a.ticket("Scanner dropouts", "open", 24*time.Hour)
	a.ticket("Server part", "waiting on vendor", 0)
	a.ticket("Backup test", "resolved", 0)
	a.ticket("", "stalled", -time.Hour)
	p := a.show(t, a.as(access.Owner))
	p.WantText("h1", "Good morning, Ines").WantText(".po-head .po-lead", "2 things need you. Halden IT has 2 in hand.")
	p.Want(".po-card .po-list > li", 2).WantText(".po-card .po-list > li:first-child", "Reply: VPN for the depot Request #1").WantText(".po-card .po-list > li:first-child .po-attn", "due Fri 20 Nov")
	p.WantText(".po-card .po-list > li:last-child", "Without a subject").WantText(".po-card .po-list > li:last-child .po-bad", "was due Thu 19 Nov")
	p.Want(".btn-primary", 1).WantText("section[aria-labelledby=with]", "Scanner dropouts With Halden IT since 17 Nov").WantText("section[aria-labelledby=with]", "With a third party")
	p.WantText("section[aria-labelledby=finished]", "Backup test Solved").Want(".po-fresh", 1)
}

func TestHomeSaysThatNothingWaits(t *testing.T) {
	t.Parallel()
	a := newAccount()
	p := a.show(t, a.as(access.Owner))
	p.WantText(".po-head .po-lead", "Nothing waits for you.").WantText(".po-empty h2", "Nothing waits for you").WantText("section[aria-labelledby=with]", "Halden IT has nothing of yours in hand.")
	p.Want("section[aria-labelledby=finished]", 0).WantText("section[aria-labelledby=dates]", "No warranty ends in the next 90 days.").Want(`a.btn-primary[href$="/tickets/new"]`, 1)
}

func TestConflictsComeFirst(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.ticket("VPN", "stalled", 0)
	id := a.ticket("Close me", "open", 0)
	mine := action.Action{ID: action.NewID(), Target: id, Kind: action.TicketClose, State: action.Conflict, Actor: action.Actor{User: "u1"}}
	theirs := action.Action{ID: action.NewID(), Target: id, State: action.Conflict, Actor: action.Actor{User: "u2"}}
	done := action.Action{ID: action.NewID(), Target: id, State: action.Confirmed, Actor: action.Actor{User: "u1"}}
	a.actions = []action.Action{mine, theirs, done}
	p := a.show(t, a.as(access.Owner))
	p.Want(".po-card .po-list > li", 2).WantText(".po-card .po-list > li:first-child", "Decide again: Close me").Want(`.po-card a[href$="#progress-`+mine.ID.String()+`"]`, 2)
}

func TestWhatIsHeldOnARequestThatIsGoneIsFound(t *testing.T) {
	t.Parallel()
	a := newAccount()
	there := a.ticket("VPN", "stalled", 0)
	lost := action.Action{ID: action.NewID(), Ref: "PRT-LOST", Kind: action.TicketReply, Target: record.NewID(), State: action.Dead, Recorded: now, Actor: action.Actor{User: "u1"}}
	held := action.Action{ID: action.NewID(), Ref: "PRT-HELD", Kind: action.TicketReply, Target: there, State: action.Dead, Actor: action.Actor{User: "u1"}}
	a.actions = []action.Action{lost, held}
	p := a.show(t, a.as(access.Owner))
	p.WantText("section[aria-labelledby=with] li:first-child", "Your reply: not sent, the request is gone Our team is looking after it PRT-LOST")
	p.Want(`a[href$="/actions/`+lost.ID.String()+`"]`, 1).Want(`a[href*="`+held.ID.String()+`"]`, 0)
}

func TestKeyDatesGroupWhatEndsTogether(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.asset("Old", "2026-11-01", record.StateOpen)
	a.asset("Today", "2026-11-19", record.StateOpen)
	a.asset("One", "2026-12-31", record.StateOpen)
	a.asset("Two", "2026-12-31", record.StateOpen)
	a.asset("Three", "2026-12-31", record.StateOpen)
	a.asset("Retired", "2026-12-30", record.StateClosed)
	a.asset("Far", "2027-06-01", record.StateOpen)
	a.asset("Undated", "", record.StateOpen)
	p := a.show(t, a.as(access.Owner))
	p.Want(".po-dates > li", 2).WantText(".po-dates > li:first-child", "19 Nov Thursday Warranty ends Today").WantText(".po-dates > li:last-child", "31 Dec Thursday 3 warranties end One, Two and 1 more")
}

func TestHomeNamesWhatItHides(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.ticket("Secret", "stalled", 0)
	p := a.show(t, a.as(access.Finance))
	p.Want("[data-part=hidden]", 2).WantText("[data-part=hidden]", "Requests are not shown to you; ask an owner").Want(".po-list", 0).Want(".po-lead", 0)
	a.show(t, a.as(access.Contributor)).WantText("[data-part=hidden]", "You see your own requests")
}

func TestStaffSeeTheAccountNotThemselves(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.ticket("VPN", "stalled", 0)
	s := grant.StaffIn(grant.User{ID: "s", Name: "Marek"}, access.Manager, a.id)
	a.show(t, s).WantText("h1", "Nordwind").WantText("#needs", "Waits for the client").WantText(".po-lead", "1 thing waits for the client.").Want(".btn-primary", 0)
	a.rows = nil
	a.show(t, s).WantText(".po-lead", "Nothing waits for the client.")
}

func TestHomeTellsThatASourceIsDown(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.down = "No answer."
	a.show(t, a.as(access.Owner)).WantText("[data-part=down]", "Request Tracker has not answered since 09:05.")
}

func TestMoreThanThePageHolds(t *testing.T) {
	t.Parallel()
	a := newAccount()
	for range 20 {
		a.ticket("Wait", "stalled", 0)
		a.ticket("Work", "open", 0)
	}
	p := a.show(t, a.as(access.Owner))
	p.WantText(".po-lead", "More than 8 things need you. Halden IT has more than 6 in hand.").Want(`a[href$="tickets?turn=client"]`, 1).Want("section[aria-labelledby=with] li", 6)
}

func TestDecisionsComeFirst(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.ticket("VPN", "stalled", 0)
	asked := func(title string, roles ...access.Role) approval.Approval {
		return approval.Approval{ID: approval.NewID(), Account: a.id, Title: title, Asker: approval.Person{Name: "Marek Dvořák"}, Roles: roles, Due: now.Add(24 * time.Hour), Created: now.Add(-time.Hour)}
	}
	a.asked = []approval.Approval{asked("14 hand scanners", access.Owner), asked("Something else", access.Approver)}
	p := a.show(t, a.as(access.Owner))
	p.Want(".po-card .po-list > li", 2).WantText(".po-card .po-list > li:first-child", "Decide: 14 hand scanners from Marek Dvořák").WantText(".po-card .po-list > li:first-child .po-attn", "due Fri 20 Nov")
	p.Want(`.po-card a.btn-primary[href$="/approvals/`+a.asked[0].ID.String()+`"]`, 1)
	approver := a.show(t, a.as(access.Approver))
	approver.WantText(".po-card .po-list", "Decide: Something else").WantText(".po-lead", "1 thing needs you.").Want("section[aria-labelledby=with]", 0)
	a.show(t, grant.StaffIn(grant.User{ID: "s", Name: "Marek"}, access.Manager, a.id)).Want(".po-card .po-list > li", 3).Want(".po-card .btn-primary", 0)
}
