package approvals_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal/approvals"
	"portico/portal/portaltest"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

const token = "a-token-of-jonas"

// world is one account with approvals in memory and doors to its pages. Who asks
// is said by the header As.
type world struct {
	mu      sync.Mutex
	account record.AccountID
	asked   []approval.Approval
	link    approval.Linked
	answers []approval.Answer
	drafts  []approval.Draft
	calls   []approval.Call
	kept    map[string]string
	writes  int // anything that changed
	site    *portaltest.Site
}

var (
	ines  = approval.Person{User: "u-ines", Name: "Ines Albrecht", Email: "ines@nordwind.example", Role: "owner"}
	jonas = approval.Person{User: "u-jonas", Name: "Jonas Weber", Email: "jonas@nordwind.example", Role: "contributor"}
	marek = approval.Person{User: "u-marek", Name: "Marek Dvořák", Role: "agent"}
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{account: record.NewAccountID(), kept: map[string]string{"f1": "item,quantity\nscanner,14\n", "f2": "%PDF-1.7"}}
	w.asked = []approval.Approval{{ID: approval.NewID(), Ref: "APR-1", Account: w.account, Title: "14 hand scanners", State: approval.Open, Version: 2, Asker: marek,
		People: []approval.Person{jonas}, Roles: []access.Role{access.Owner}, Due: now.Add(30 * time.Hour), Created: now.Add(-26 * time.Hour), Changed: now, Number: "48213", Subject: "Scanners", Ticket: record.NewID(),
		Versions: []approval.Version{
			{Number: 1, At: now.Add(-26 * time.Hour), By: marek, Title: "12 hand scanners", Text: "Order them?\nTwelve pieces.", File: &action.File{ID: "f2", Name: "quote.pdf", ContentType: "application/pdf", Size: 8, SHA256: strings.Repeat("ab", 32)}},
			{Number: 2, At: now.Add(-time.Hour), By: marek, Title: "14 hand scanners", Text: "Order them?\nFourteen <b>pieces</b>.", Note: "Two more for hall 4.", File: &action.File{ID: "f1", Name: "quote.csv", ContentType: "text/csv; charset=utf-8", Size: 25, SHA256: strings.Repeat("cd", 32)}},
		}}}
	w.link = approval.Linked{Link: approval.NewLinkID(), Person: jonas, Company: "Nordwind", Version: 2, Expires: now.Add(30 * time.Hour), May: true}
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Approvals: true, Zone: time.UTC, Now: func() time.Time { return now }}
	p := approvals.New(approvals.Options{Questions: w, Asking: w, Links: w, People: w, Requests: w, Files: w, Frame: ui.NewFramer(frame), Plain: frame.Plain, Now: func() time.Time { return now }})
	w.site = portaltest.Serve(t, func(*url.URL) http.Handler { return w.doors(p) })
	return w
}

func (w *world) doors(p *approvals.Pages) http.Handler {
	mux := http.NewServeMux()
	fail := func(rw http.ResponseWriter, err error) {
		if err != nil {
			http.Error(rw, fault.Public(err), session.Status(fault.KindOf(err)))
		}
	}
	page := func(pattern string, h session.Page) {
		mux.HandleFunc(pattern, func(rw http.ResponseWriter, r *http.Request) { fail(rw, h(rw, r, w.scope(r.Header.Get("As")))) })
	}
	open := func(pattern string, h session.Open) {
		mux.HandleFunc(pattern, func(rw http.ResponseWriter, r *http.Request) { fail(rw, h(rw, r)) })
	}
	page("GET /a/{account}/approvals", p.List)
	page("POST /a/{account}/approvals", p.Ask)
	page("GET /a/{account}/approvals/new", p.New)
	page("GET /a/{account}/approvals/{approval}", p.Show)
	page("POST /a/{account}/approvals/{approval}/decide", p.Decide)
	page("POST /a/{account}/approvals/{approval}/versions", p.Revise)
	page("POST /a/{account}/approvals/{approval}/call", p.Call)
	page("POST /a/{account}/approvals/{approval}/withdraw", p.Withdraw)
	page("GET /a/{account}/approvals/{approval}/files/{version}", p.File)
	page("GET /a/{account}/approvals/{approval}/files/{version}/picture", p.Picture)
	open("GET /decide", p.OpenLink)
	open("GET /decide/{link}", p.Link)
	open("POST /decide/{link}", p.LinkDecide)
	open("GET /decide/{link}/file", p.LinkFile)
	open("GET /decide/{link}/file/picture", p.LinkPicture)
	return mux
}

func (w *world) scope(who string) access.Scope {
	switch who {
	case "staff":
		return grant.StaffIn(grant.User{ID: marek.User, Name: marek.Name}, access.Agent, w.account)
	case "approver":
		return grant.Member(grant.User{ID: "u-other", Name: "Otto"}, w.account, access.Approver)
	default:
		return grant.Member(grant.User{ID: ines.User, Name: ines.Name, Email: ines.Email}, w.account, access.Owner)
	}
}

func (w *world) path(rest string) string { return "/a/" + w.account.String() + "/approvals" + rest }

// get and post ask as somebody.
func (w *world) get(as, path string) *portaltest.Answer {
	return w.site.Browser().Do(http.MethodGet, path, nil, http.Header{"As": {as}})
}

func (w *world) post(as, path string, form url.Values) *portaltest.Answer {
	return w.site.Browser().Do(http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{"As": {as}, "Content-Type": {"application/x-www-form-urlencoded"}})
}

func (w *world) Standing(ctx context.Context, s access.Scope, a record.AccountID, _ int) (record.Standing, error) {
	is := record.Standing{Account: record.AccountInfo{ID: w.account, Name: "Nordwind", Launch: record.LaunchInvited}}
	list, err := w.Approvals(ctx, s, a, approval.Query{Open: true, Mine: !s.IsStaff()})
	is.Decisions = len(list)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return is, err
}

func (w *world) Detail(_ context.Context, s access.Scope, a record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	return record.Detail{Row: record.Row{Account: a, ID: id, Kind: kind, Facets: record.Facets{Number: "48213", Title: "Scanners"}}}, access.See(s, a, kind)
}

func (w *world) Approvals(_ context.Context, s access.Scope, a record.AccountID, q approval.Query) ([]approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []approval.Approval
	for _, one := range w.asked {
		if (!q.Open || one.State == approval.Open) && (!q.Mine || one.Decides(s.User(), access.Role(s.Role()))) {
			out = append(out, one)
		}
	}
	return out, access.See(s, a, record.KindApproval)
}

func (w *world) ApprovalByID(_ context.Context, s access.Scope, a record.AccountID, id approval.ID) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.asked {
		if one.ID == id {
			return one, access.See(s, a, record.KindApproval)
		}
	}
	return approval.Approval{}, fault.New(fault.NotFound, "not here")
}

func (w *world) DecideApproval(_ context.Context, s access.Scope, d approval.Answer) (approval.Approval, error) {
	return w.decide(d, approval.Person{User: s.User(), Name: s.Name()}, approval.Portal)
}

// decide is the store's rule in small.
func (w *world) decide(d approval.Answer, who approval.Person, way approval.Way) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := d.Check(); err != nil {
		return approval.Approval{}, err
	}
	a := &w.asked[0]
	switch {
	case a.State != approval.Open:
		return *a, fault.Newf(fault.Conflict, "%s has decided this already. Your decision was not recorded.", a.Decision.By.Display())
	case a.Version != d.Version:
		return *a, fault.New(fault.Conflict, "There is a newer version of this.")
	}
	w.answers, w.writes = append(w.answers, d), w.writes+1
	a.State, a.Decision = d.State, &approval.Decision{State: d.State, Version: d.Version, By: who, Way: way, At: now, Reason: d.Reason}
	return *a, nil
}

func (w *world) AskApproval(_ context.Context, _ access.Scope, d approval.Draft) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := d.Check(now); err != nil {
		return approval.Approval{}, err
	}
	w.drafts, w.writes = append(w.drafts, d), w.writes+1
	return approval.Approval{ID: w.asked[0].ID, Account: w.account, Versions: []approval.Version{{Number: 1, File: d.File}}}, nil
}

func (w *world) ReviseApproval(_ context.Context, _ access.Scope, r approval.Revision) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Base != w.asked[0].Version {
		return approval.Approval{}, fault.New(fault.Conflict, "This was decided or changed meanwhile.")
	}
	w.writes++
	return w.asked[0], r.Check(now)
}

func (w *world) WithdrawApproval(context.Context, access.Scope, record.AccountID, approval.ID, action.Origin) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	w.asked[0].State = approval.Withdrawn
	return w.asked[0], nil
}

func (w *world) RecordCall(_ context.Context, _ access.Scope, c approval.Call) (approval.Approval, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := c.Check(now); err != nil {
		return approval.Approval{}, err
	}
	w.calls, w.writes = append(w.calls, c), w.writes+1
	w.asked[0].State = c.State
	w.asked[0].Decision = &approval.Decision{State: c.State, Version: c.Version, By: c.By, Way: approval.Phone, RecordedBy: &marek, At: now, Said: c.Said, Note: c.Note}
	return w.asked[0], nil
}

func (w *world) Linked(_ context.Context, hash [32]byte) (approval.Linked, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if hash != sha256.Sum256([]byte(token)) {
		return approval.Linked{}, fault.New(fault.NotFound, "no link")
	}
	l := w.link
	l.Approval = w.asked[0]
	return l, nil
}

func (w *world) DecideLinked(ctx context.Context, hash [32]byte, d approval.Answer) (approval.Approval, error) {
	l, err := w.Linked(ctx, hash)
	if err != nil {
		return approval.Approval{}, err
	}
	if l.Approval.SignIn {
		return approval.Approval{}, fault.New(fault.Forbidden, "This can be decided only by who is signed in.")
	}
	return w.decide(d, l.Person, approval.Link)
}

func (w *world) Deciders(context.Context, access.Scope, record.AccountID) ([]approval.Person, error) {
	return []approval.Person{ines, jonas}, nil
}

func (w *world) ApprovalMails(context.Context, access.Scope, record.AccountID, approval.ID) ([]approval.Mail, error) {
	return []approval.Mail{{What: "approval-reminder", To: jonas, Version: 2, At: now, State: "sent", Ended: now}, {What: "approval", To: ines, Version: 1, At: now.Add(-time.Hour)}}, nil
}

func (w *world) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	b, err := io.ReadAll(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept["new"] = string(b)
	return action.File{ID: "new", Name: name, Size: int64(len(b)), ContentType: "text/plain; charset=utf-8"}, err
}

func (w *world) Drop(_ context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.kept, id)
	return nil
}

func (w *world) Open(_ context.Context, id string) (io.ReadCloser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, ok := w.kept[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "gone")
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (w *world) changed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

func (w *world) files() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for id := range w.kept {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// upload posts a form with at most one file, as staff.
func (w *world) upload(t *testing.T, path string, fields map[string]string, field, name, content string) *portaltest.Answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if field != "" {
		part, err := form.CreateFormFile(field, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return w.site.Browser().Do(http.MethodPost, path, &body, http.Header{"As": {"staff"}, "Content-Type": {form.FormDataContentType()}})
}
