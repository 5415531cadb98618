package staff_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/staff"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

// company is an account with what it holds.
type company struct {
	info    record.AccountInfo
	members []access.Colleague
	unseen  []work.Unseen
	actions []action.Action
	asked   []approval.Approval
	fresh   []record.Freshness
	refused error
	ended   string
	fed     []record.Kind
	open    []record.Detail
}

func (c *company) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: c.info, Fed: c.fed}, nil
}
func (c *company) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	out := record.Whole{Fresh: []record.Freshness{{System: "Books", Kinds: []record.Kind{record.KindInvoice}, ReadAt: now, Limit: time.Hour}}}
	for _, d := range c.open {
		if d.Body.Kind() == q.Kind {
			out.Details = append(out.Details, d)
		}
	}
	return out, nil
}
func (c *company) Freshness(context.Context, access.Scope, record.AccountID) ([]record.Freshness, error) {
	return c.fresh, nil
}
func (c *company) Approvals(context.Context, access.Scope, record.AccountID, approval.Query) ([]approval.Approval, error) {
	return c.asked, nil
}
func (c *company) RecentActions(context.Context, access.Scope, record.AccountID) ([]action.Action, error) {
	return c.actions, nil
}
func (c *company) Members(context.Context, access.Scope, record.AccountID) ([]access.Colleague, error) {
	return c.members, nil
}
func (c *company) Unseen(context.Context, access.Scope, record.AccountID) ([]work.Unseen, error) {
	return c.unseen, nil
}
func (c *company) StartLook(context.Context, access.Scope, record.AccountID, string, string) (access.Look, error) {
	return access.Look{}, c.refused
}
func (c *company) EndLook(_ context.Context, session string) error {
	c.ended = session
	return nil
}

func (c *company) pages(q *queue) *staff.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Accounts: c, Now: func() time.Time { return now }})
	return staff.New(staff.Options{Queue: q, Records: c, Members: c, Frame: frame})
}

func TestEverythingAboutAnAccount(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	c := &company{info: record.AccountInfo{ID: a, Name: "Nord <b>", Launch: record.LaunchPreview},
		members: []access.Colleague{{User: access.User{ID: "u1", Name: "Ines"}, Role: access.Owner, Seen: now.Add(-time.Hour)}, {User: access.User{ID: "u2", Name: "Jonas"}, Role: access.Finance},
			{User: access.User{ID: "u3", Name: "Off", Disabled: true}, Role: access.Approver}},
		unseen:  []work.Unseen{{System: "Help desk", Why: "parent", Count: 3}},
		actions: []action.Action{{Account: a, ID: action.NewID(), Kind: action.TicketReply, External: "7", State: action.Dead, Reason: "HTTP 403", Actor: action.Actor{Name: "Ines"}, Recorded: now}},
		asked:   []approval.Approval{{Account: a, ID: approval.NewID(), Title: "Scanners", State: approval.Declined, Changed: now}},
		fresh:   []record.Freshness{{System: "Help desk", Stream: "tickets", ReadAt: now.Add(-time.Hour), Limit: time.Minute, Down: "HTTP 500"}},
	}
	w := httptest.NewRecorder()
	if err := c.pages(&queue{page: waiting(a)}).Account(w, httptest.NewRequest(http.MethodGet, "/staff/accounts/"+a.String(), nil), grant.StaffIn(grant.User{ID: "s"}, access.Agent, a)); err != nil {
		t.Fatal(err)
	}
	p := htmlcheck.Read(t, w.Body.String())
	p.WantText("h1", "Nord <b>").WantText(".po-head [data-tone=live]", "Staff preview").WantText("#down", "Help desk").WantText(".po-preview", "Clients are not invited yet")
	p.WantText("section:has(#work)", "Calendar").Want("section:has(#work) header a", 1).WantText("section:has(#asked) [data-tone=bad]", "Declined").WantText("section:has(#actions)", "Reply to request #7").WantText("section:has(#actions)", "HTTP 403")
	p.WantText("section:has(#members) li:nth-child(1)", "last here 1 h ago").WantText("section:has(#members) li:nth-child(2)", "never here").WantText("section:has(#members) li:nth-child(3)", "switched off")
	p.Want("section:has(#members) form", 2).Want("section:has(#members) input[value=u1]", 1).Want("section:has(#members) header a", 0)
	p.WantText("section:has(#sources) .po-attn", "read 1 h ago").WantText("section:has(#sources)", "3 records of Help desk are kept back")
	if err := c.pages(&queue{}).Account(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), grant.StaffIn(grant.User{ID: "s"}, access.Admin, a)); err != nil {
		t.Error(err)
	}
}

func TestALookIsRefusedInWords(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	c := &company{info: record.AccountInfo{ID: a, Name: "Nord"}, refused: fault.New(fault.Invalid, "Off is switched off.")}
	r := httptest.NewRequest(http.MethodPost, "/staff/accounts/"+a.String()+"/look", strings.NewReader(url.Values{"member": {"u3"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := c.pages(&queue{}).Look(httptest.NewRecorder(), r, grant.StaffIn(grant.User{ID: "s"}, access.Agent, a)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("without a session: %v", err)
	}
	w := httptest.NewRecorder()
	if err := c.pages(&queue{}).EndLook(w, httptest.NewRequest(http.MethodPost, "/staff/look/end", nil), access.Session{ID: "mine", Look: access.Look{Account: a, User: "u"}}); err != nil || c.ended != "mine" || w.Header().Get("Location") != "/staff/accounts/"+a.String() {
		t.Errorf("%v, %q, to %s", err, c.ended, w.Header().Get("Location"))
	}
	w = httptest.NewRecorder()
	if err := c.pages(&queue{}).EndLook(w, httptest.NewRequest(http.MethodPost, "/staff/look/end", nil), access.Session{ID: "mine"}); err != nil || w.Header().Get("Location") != "/staff/queue" {
		t.Errorf("%v, to %s", err, w.Header().Get("Location"))
	}
}

func TestAnAccountSaysWhatItOwesAndIsOffered(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	c := &company{info: record.AccountInfo{ID: a, Name: "Nordwind", Launch: record.LaunchInvited}, fed: []record.Kind{record.KindInvoice, record.KindQuote}}
	add := func(b record.Body, s record.State) {
		c.open = append(c.open, record.Detail{Body: b, Row: record.Row{State: s}})
	}
	add(record.Invoice{Number: "1", Currency: "EUR", Total: "10.10", Balance: "10.10", Due: now.AddDate(0, 0, -9)}, record.StateOpen)
	add(record.Invoice{Number: "2", Currency: "EUR", Total: "20.20", Balance: "20.20", Due: now.AddDate(0, 0, 9)}, record.StateOpen)
	add(record.Invoice{Number: "3", Currency: "USD", Total: "5", Balance: "5", Due: now.AddDate(0, 0, 9)}, record.StateOpen)
	add(record.Quote{Number: "Q", Currency: "EUR", Total: "1"}, record.StateWaiting)
	add(record.Quote{Number: "Late", Currency: "EUR", Total: "1", ValidUntil: now.AddDate(0, 0, -9)}, record.StateWaiting)
	w := httptest.NewRecorder()
	if err := c.pages(&queue{page: waiting(a)}).Account(w, httptest.NewRequest(http.MethodGet, "/staff/accounts/"+a.String(), nil), grant.StaffIn(grant.User{ID: "s"}, access.Agent, a)); err != nil {
		t.Fatal(err)
	}
	p := htmlcheck.Read(t, w.Body.String())
	p.WantText("section[aria-labelledby=owed] dl", "open in EUR €30.30 Of it overdue €10.10 open in USD $5.00").WantText("section[aria-labelledby=owed]", "1 quote waits for the client").Want("section[aria-labelledby=owed] .po-fresh", 1)
}
