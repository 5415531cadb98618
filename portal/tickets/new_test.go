package tickets_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestNewRequestGoesWhereItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.New, w.as(access.Owner), get("/a/x/tickets/new"))
	p := page(t, got, err, 200)
	p.Want("select[name=to] option", 2).WantText("#subject-hint", "Up to 200 characters.").WantText("#files-hint", "Up to 10 files, 25 MB each.").Want("form[data-draft]", 1)
	to := p.Find("select[name=to] option").Last().AttrOr("value", "")
	fields := map[string]string{"key": p.Find("main input[name=key]").AttrOr("value", ""), "to": to, "subject": "Router down", "text": "Since 08:00.", "queue": "Secret", "connection": "x"}
	got, err = ask(t, w.pages.Create, w.as(access.Owner), send(t, fields))
	if err != nil || got.Code != http.StatusSeeOther {
		t.Fatalf("%d %v", got.Code, err)
	}
	a := w.actions[0]
	if a.Kind != action.TicketCreate || a.Input.Queue != "Orders" || a.Connection != w.to[0].Connection || a.Input.Subject != "Router down" {
		t.Errorf("%+v", a)
	}
	if got.Header().Get("Location") != "/a/"+w.account.String()+"/actions/"+a.ID.String() {
		t.Errorf("leads to %s", got.Header().Get("Location"))
	}
}

func TestNewRequestNamesItsMistakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.Create, w.as(access.Owner), send(t, map[string]string{"key": uuid.NewString(), "to": "elsewhere", "subject": "s", "text": "kept"}, "file"))
	page(t, got, err, 422).WantText("#to-error", "Choose where it should go.").WantText("#text", "kept")
	got, err = ask(t, w.pages.Create, w.as(access.Owner), send(t, map[string]string{"key": "broken", "subject": strings.Repeat("x", 201)}))
	p := page(t, got, err, 422)
	p.WantText("#subject-error", "At most 200 characters; this has 201.").WantText("#text-error", "This is needed.")
	if key := p.Find("main input[name=key]").AttrOr("value", ""); uuid.Validate(key) != nil {
		t.Errorf("a form without a key gets none: %q", key)
	}
	if len(w.actions) > 0 || len(w.kept) > 0 {
		t.Errorf("%d actions and %d files are left", len(w.actions), len(w.kept))
	}
}

func TestOnlyOneDestinationIsNotAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.to[0].Queues = nil
	got, err := ask(t, w.pages.New, w.as(access.Owner), get("/"))
	page(t, got, err, 200).Want("select", 0).Want("main input[type=hidden][name=to]", 1)
	got, err = ask(t, w.pages.Create, w.as(access.Owner), send(t, map[string]string{"key": uuid.NewString(), "subject": "s", "text": "t"}))
	if err != nil || got.Code != http.StatusSeeOther {
		t.Fatalf("%d %v", got.Code, err)
	}
	w.to = nil
	got, err = ask(t, w.pages.New, w.as(access.Owner), get("/"))
	page(t, got, err, 200).Want("main form", 0).WantText(".po-empty", "Please write to Halden IT directly.")
}

func TestRequestAboutAnAsset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.New, w.as(access.Owner), get("/a/x/tickets/new?asset="+w.asset.ID.String()))
	p := page(t, got, err, 200)
	if got := p.Find("#subject").AttrOr("value", ""); got != "Problem with Router (GDN-RT-01)" {
		t.Errorf("subject %q", got)
	}
	p.WantText("#text", "Serial number: HEX1")
	for _, id := range []string{"x", record.NewID().String()} {
		if _, err := ask(t, w.pages.New, w.as(access.Owner), get("/?asset="+id)); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
