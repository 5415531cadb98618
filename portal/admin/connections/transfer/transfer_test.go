package transfer_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections/transfer"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
)

var (
	admin = grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)
	desk  = remote.Connection{ID: record.NewConnectionID(), Name: "Desk <b>"}
	plan  = mapping.Plan{From: "Old desk", Companies: []mapping.Match{
		{Outcome: mapping.Created, Key: "1", Name: "Nordwind", Account: record.AccountInfo{Name: "Nordwind GmbH"}},
		{Outcome: mapping.Left, Key: "2", Name: "Brightleaf", Why: mapping.OtherName}},
		Statuses: []mapping.Status{{Outcome: mapping.Same}}}
)

// office is a Carrying that has one plan.
type office struct {
	text, mark string
	refused    error
}

func (o *office) Of(context.Context, record.ConnectionID) (remote.Connection, remote.Spec, error) {
	return desk, remote.Spec{}, nil
}

func (o *office) Export(context.Context, access.Scope, record.ConnectionID) ([]byte, error) {
	return []byte("{}\n"), nil
}

func (o *office) Look(_ context.Context, _ access.Scope, _ record.ConnectionID, text string) (mapping.Plan, error) {
	o.text = text
	return plan, o.refused
}

func (o *office) Adopt(_ context.Context, _ access.Scope, _ record.ConnectionID, text, mark string) (mapping.Plan, error) {
	o.text, o.mark = text, mark
	return plan, o.refused
}

func (o *office) pages() *transfer.Pages {
	return transfer.New(transfer.Options{Carry: o, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
}

func do(t *testing.T, page session.Page, r *http.Request, want int) *httptest.ResponseRecorder {
	t.Helper()
	r.SetPathValue("id", desk.ID.String())
	w := httptest.NewRecorder()
	if err := page(w, r, admin); err != nil {
		t.Fatal(err)
	}
	if w.Code != want {
		t.Fatalf("%d, want %d", w.Code, want)
	}
	return w
}

// upload is the form with a chosen file.
func upload(t *testing.T, content string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "desk.json")
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func post(values url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestAFileIsLookedAtAndThenTaken(t *testing.T) {
	t.Parallel()
	o := &office{}
	first := htmlcheck.Read(t, do(t, o.pages().Show, httptest.NewRequest(http.MethodGet, "/", nil), 200).Body.String())
	first.Want("a[download]", 1).Want("input[type=file]", 1).WantText("main", "No credential is in the file")
	look := htmlcheck.Read(t, do(t, o.pages().Look, upload(t, `{"a": 1}`), 200).Body.String())
	look.WantText("tr[data-outcome=created]", "Nordwind GmbH").WantText("tr[data-outcome=left]", "Another company has this key here").
		Want("tr[data-outcome=same]", 0).WantText("[data-part=counts]", "1 is the same").
		Want("input[name=mark][value='"+plan.Mark()+"']", 1).WantText("main button", "Make this change")
	if o.text != `{"a": 1}` {
		t.Errorf("looked at %q", o.text)
	}
	to := do(t, o.pages().Take, post(url.Values{"text": {"{}"}, "mark": {plan.Mark()}}), 303).Header().Get("Location")
	if o.mark != plan.Mark() || !strings.HasSuffix(to, "/mapping?done=mapping") {
		t.Errorf("mark %q, led to %s", o.mark, to)
	}
}

func TestAFileThatIsRefusedSaysWhy(t *testing.T) {
	t.Parallel()
	o := &office{refused: fault.New(fault.Invalid, "This file is damaged.")}
	htmlcheck.Read(t, do(t, o.pages().Look, upload(t, "{"), 422).Body.String()).WantText("[data-part=refused]", "This file is damaged.")
	htmlcheck.Read(t, do(t, o.pages().Look, upload(t, strings.Repeat("x", mapping.MostBytes+1)), 413).Body.String()).WantText("[data-part=refused]", "at most 2 MB")
	o.refused = fault.New(fault.Conflict, "Something changed meanwhile.")
	htmlcheck.Read(t, do(t, o.pages().Take, post(url.Values{"text": {"{}"}, "mark": {"m"}}), 409).Body.String()).
		WantText("[role=alert]", "Something changed meanwhile.").Want("tr[data-outcome=created]", 1)
}
