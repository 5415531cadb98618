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
	"portico/portal/session"
	"portico/portal/staff"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// queue answers with what it holds and remembers what it was asked.
type queue struct {
	page   work.Page
	asked  work.Query
	nudged []work.Ref
	day    string
	out    []work.Nudge
}

func (q *queue) Work(_ context.Context, _ access.Scope, asked work.Query) (work.Page, error) {
	q.asked = asked
	return q.page, nil
}

func (q *queue) PreviewNudges(_ context.Context, _ access.Scope, refs []work.Ref, day string) ([]work.Nudge, error) {
	q.nudged, q.day = refs, day
	return q.out, nil
}

func (q *queue) Nudge(ctx context.Context, s access.Scope, refs []work.Ref, day string) ([]work.Nudge, error) {
	return q.PreviewNudges(ctx, s, refs, day)
}

var manager = grant.Staff(grant.User{ID: "s", Name: "Marek Dvořák"}, access.Manager, nil)

func (q *queue) pages() *staff.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: func() time.Time { return now }})
	return staff.New(staff.Options{Queue: q, Frame: frame, Zone: time.FixedZone("far east", 16*3600)})
}

func (q *queue) answer(page session.Page, s access.Scope, r *http.Request) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	return w, page(w, r, s)
}

func (q *queue) show(t *testing.T, s access.Scope, path string) htmlcheck.Page {
	t.Helper()
	w, err := q.answer(q.pages().Work, s, httptest.NewRequest(http.MethodGet, path, nil))
	if err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func waiting(a record.AccountID) work.Page {
	stamp := record.Stamp{System: "Help desk", ReadAt: now.Add(-time.Hour), Limit: time.Minute}
	return work.Page{
		Items: []work.Item{
			{Kind: work.Ticket, ID: record.NewID().String(), Account: a, Company: "Nord <b>", Number: "48121", Title: "Calendar", Turn: record.TurnProvider,
				Since: now.Add(-6 * 25 * time.Hour), Due: now.Add(-time.Hour), Owner: "Amara", Label: "In progress", Stamp: stamp},
			{Kind: work.Action, ID: record.NewID().String(), Account: a, Company: "Nord <b>", Number: "7", Asked: action.TicketReply, State: action.Dead, Reason: "HTTP 403",
				Turn: record.TurnProvider, Since: now.Add(-2 * time.Hour), Owner: "Ines"},
			{Kind: work.Approval, ID: record.NewID().String(), Account: a, Company: "Nord <b>", Title: "Scanners", Turn: record.TurnClient, Since: now.Add(-time.Minute),
				Due: now.Add(time.Hour), People: []string{"Ines"}, Roles: []access.Role{access.Owner}},
		},
		Next: "next-page", Counts: work.Counts{Turns: map[record.Turn]int{record.TurnProvider: 2, record.TurnClient: 1}, All: work.MostCounted, Mine: 1, Late: 1, Asks: 1},
	}
}

func TestTheQueueSaysWhoseTurnItIsAndSinceWhen(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	q := &queue{page: waiting(a)}
	p := q.show(t, manager, "/staff/queue")
	p.WantText(".po-lead", "2 wait for us. 1 waits for a client. 1 is past its date.").WantText(".po-tabs [aria-current]", "Everything 999+").Want(".po-tabs a", 4)
	p.Want("tbody", 2).WantText("tbody:nth-of-type(1) th", "Waiting for us 2").WantText("tbody:nth-of-type(2) th", "Waiting for clients 1")
	p.WantText("tbody:nth-of-type(1) tr:nth-child(2)", "Nord <b>").WantText("tbody:nth-of-type(1) tr:nth-child(2)", "Request #48121 · Help desk, read 1 h ago")
	p.Want("tbody:nth-of-type(1) tr:nth-child(2) small .po-attn", 1).WantText("tbody:nth-of-type(1) tr:nth-child(2) .po-bad", "late").WantText("tbody:nth-of-type(1) tr:nth-child(2) .is-end", "6 d")
	p.WantText("tbody:nth-of-type(1) tr:nth-child(3)", "Reply to request #7").WantText("tbody:nth-of-type(1) tr:nth-child(3)", "HTTP 403").WantText("tbody:nth-of-type(1) tr:nth-child(3) .is-end", "2 h")
	p.WantText("tbody:nth-of-type(2)", "Decide: Ines or any owner").Want(`tbody:nth-of-type(2) input[name=pick][value="`+a.String()+"/"+q.page.Items[2].ID+`"]`, 1).Want("tbody input[name=pick]", 1)
	p.Want(`a[rel=next][href="/staff/queue?after=next-page"]`, 1).Want(".po-chosenbar button", 1)
}

func TestTheQueueTakesItsAddressAtItsWord(t *testing.T) {
	t.Parallel()
	a := record.NewAccountID()
	q := &queue{page: waiting(a)}
	p := q.show(t, manager, "/staff/queue?view=mine&q=Nord&account="+a.String()+"&kind=ticket&turn=provider&age=3&sort=newest&after=x")
	if got := q.asked; got.Company != "Nord" || got.Account != a || got.Kind != work.Ticket || got.Turn != record.TurnProvider || !got.Mine || got.Late || !got.Newest || got.After != "x" ||
		!got.Before.Equal(now.Add(-72*time.Hour)) {
		t.Errorf("%+v", got)
	}
	p.WantText(".po-page", "Only Nord <b>.").Want(`.po-pager a[href*="after=next-page"][href*="age=3"]`, 1).WantText(".po-tabs [aria-current]", "Mine 1")
	q.show(t, manager, "/staff/queue?view=approvals")
	if q.asked.Kind != work.Approval {
		t.Errorf("%+v", q.asked)
	}
	for _, rubbish := range []string{"view=x", "kind=%00", "turn=me", "age=-1", "age=x", "sort=up", "account=x", "q=" + strings.Repeat("a", 201), "%zz=1"} {
		r := httptest.NewRequest(http.MethodGet, "/staff/queue", nil)
		r.URL.RawQuery = rubbish
		if _, err := q.answer(q.pages().Work, manager, r); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", rubbish, err)
		}
	}
}

func TestAnEmptyQueueSaysWhy(t *testing.T) {
	t.Parallel()
	q := &queue{}
	q.show(t, manager, "/staff/queue").WantText(".po-empty", "Nothing waits").WantText(".po-lead", "Nothing waits.")
	q.show(t, manager, "/staff/queue?view=late").WantText(".po-empty", "Nothing is past its date")
	q.show(t, manager, "/staff/queue?age=7").WantText(".po-empty", "Nothing fits that")
	q.show(t, grant.Staff(grant.User{ID: "s"}, access.Agent, nil), "/staff/queue").WantText(".po-empty", "No account is assigned to you").Want("form[role=search]", 0)
	q.show(t, manager, "/staff/queue?nudged=2&skipped=1").WantText(".po-toast", "The reminders of 2 questions are on their way. 1 was left alone")
}

func TestRemindersArePreviewedAndSent(t *testing.T) {
	t.Parallel()
	a, id := record.NewAccountID(), record.NewID().String()
	pick := a.String() + "/" + id
	q := &queue{out: []work.Nudge{
		{Ref: work.Ref{Account: a, Approval: id}, Company: "Nord", Title: "Scanners", To: []string{"Ines", "Jonas"}, Outcome: work.Sent},
		{Ref: work.Ref{Account: a, Approval: id}, Company: "Nord", Title: "Window", Outcome: work.Already},
	}}
	w, err := q.answer(q.pages().PreviewNudges, manager, httptest.NewRequest(http.MethodGet, "/staff/queue/nudge?pick="+pick, nil))
	if err != nil {
		t.Fatal(err)
	}
	p := htmlcheck.Read(t, w.Body.String())
	p.WantText(".po-lead", "2 people get a mail.").WantText("tbody tr:nth-child(1)", "Ines, Jonas").WantText("tbody tr:nth-child(2)", "was reminded today")
	p.Want(`form[method=post] input[value="`+pick+`"]`, 1).WantText("form[method=post] .btn-primary", "Send 1 reminder")
	if len(q.nudged) != 1 || q.nudged[0].Approval != id || q.day != "2026-11-23" { // where the provider is, the next day has begun
		t.Errorf("%+v on %s", q.nudged, q.day)
	}
	r := httptest.NewRequest(http.MethodPost, "/staff/queue/nudge", strings.NewReader(url.Values{"pick": {pick}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w, err = q.answer(q.pages().Nudge, manager, r); err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/staff/queue?view=approvals&nudged=1&skipped=1" {
		t.Errorf("%v, %d to %s", err, w.Code, w.Header().Get("Location"))
	}
	for _, rubbish := range []string{"x", pick + "x", a.String(), "/" + id, id} {
		if _, err := q.answer(q.pages().PreviewNudges, manager, httptest.NewRequest(http.MethodGet, "/staff/queue/nudge?pick="+url.QueryEscape(rubbish), nil)); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", rubbish, err)
		}
	}
	if _, err := q.answer(q.pages().PreviewNudges, manager, httptest.NewRequest(http.MethodGet, "/staff/queue/nudge?"+strings.Repeat("pick="+pick+"&", 51), nil)); !fault.Is(err, fault.Invalid) {
		t.Errorf("very many: %v", err)
	}
	q.out = nil
	if w, err = q.answer(q.pages().PreviewNudges, manager, httptest.NewRequest(http.MethodGet, "/staff/queue/nudge", nil)); err != nil {
		t.Fatal(err)
	}
	htmlcheck.Read(t, w.Body.String()).WantText(".po-empty", "Nothing was chosen").Want("form[method=post][action='/staff/queue/nudge']", 0)
}
