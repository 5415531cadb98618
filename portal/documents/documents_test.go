package documents_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/portal/documents"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// account is one account's documents in memory.
type account struct {
	id      record.AccountID
	details []record.Detail
	asked   []action.Action
	drafts  []action.Draft
	kept    map[string]string
	cannot  bool
}

func (a *account) add(folder, name string) record.ID {
	b := record.Document{Name: name, Folder: folder, Size: 5}
	d := record.Detail{Body: b, Row: record.Row{Account: a.id, ID: record.NewID(), Kind: record.KindDocument, Facets: b.Facets(),
		Stamp: record.Stamp{System: "Files", External: name, ReadAt: now, Limit: time.Hour}}}
	a.details = append(a.details, d)
	return d.ID
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}}, nil
}

// Whole hands out one document a page, as many pages as it takes.
func (a *account) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	at := len(q.After)
	if q.Search != "" || q.Kind != record.KindDocument || at >= len(a.details) {
		return record.Whole{Fresh: a.fresh()}, nil
	}
	p := record.Whole{Details: a.details[at : at+1], Fresh: a.fresh()}
	if at+1 < len(a.details) {
		p.Next = strings.Repeat("x", at+1)
	}
	return p, nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, d := range a.details {
		if d.ID == id && d.Kind == kind {
			return d, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (a *account) OpenAttachment(_ context.Context, _ access.Scope, d record.Detail) (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader("bytes of " + d.Stamp.External)), -1, nil
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func (a *account) ask(t *testing.T, pick func(*documents.Pages) handler, path, id string) *httptest.ResponseRecorder {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
	w := httptest.NewRecorder()
	var r *http.Request
	if what, ok := strings.CutPrefix(path, "POST "); ok {
		r = a.form(what)
	} else {
		r = httptest.NewRequest(http.MethodGet, path, nil)
	}
	r.SetPathValue("id", id)
	if err := pick(a.pages(frame))(w, r, owner(a)); err != nil {
		t.Fatal(err)
	}
	return w
}

func owner(a *account) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, a.id, access.Owner)
}

func list(p *documents.Pages) handler { return p.List }
func file(p *documents.Pages) handler { return p.File }

func TestFoldersHoldWhatTheirPathsSay(t *testing.T) {
	t.Parallel()
	a := &account{id: record.NewAccountID()}
	a.add("", "top.pdf")
	a.add("Projects//Bremen/", "plan.pdf")
	a.add("/Projects", "list.pdf")
	a.add("Projects old", "past.pdf")
	a.add("<b>", "odd.pdf")
	show := func(path string) htmlcheck.Page {
		return htmlcheck.Read(t, a.ask(t, list, path, "").Body.String())
	}
	if got := show("/a/x/documents").Text(".po-list"); got != "<b> 1 document Projects 2 documents Projects old 1 document top.pdf 5 B Files" {
		t.Errorf("at the top: %s", got)
	}
	in := show("/a/x/documents?in=Projects")
	if got := in.Text(".po-list"); got != "Bremen 1 document list.pdf 5 B Files" {
		t.Errorf("in a folder: %s", got)
	}
	in.WantText("h1", "Projects").WantText(".po-crumb", "Documents")
	show("/a/x/documents?in=/Projects/Bremen").WantText("h1", "Bremen").WantText(".po-crumb", "Documents / Projects").WantText(".po-list", "plan.pdf")
	show("/a/x/documents?in=Project").WantText(".po-empty", "This folder is empty")
	show("/a/x/documents?q=zzz").WantText(".po-empty", "Nothing fits that")
}

func TestAFileIsSavedAndNeverShown(t *testing.T) {
	t.Parallel()
	a := &account{id: record.NewAccountID()}
	id := a.add("", "../<script>\u202egpj.html").String()
	w := a.ask(t, file, "/a/x/documents/"+id, id)
	for header, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store", "Content-Disposition": `attachment; filename="_<script>_gpj.html"`} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
	if !strings.HasPrefix(w.Body.String(), "bytes of ") {
		t.Errorf("%q", w.Body)
	}
}
