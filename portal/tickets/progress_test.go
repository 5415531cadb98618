package tickets_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestPollingGetsOnlyNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketReply, Target: w.rows[0].ID, State: action.Recorded, Actor: action.Actor{User: "u1"}, Recorded: now}
	w.actions = []action.Action{a}
	poll := func(seen string) (int, string, string) {
		got, err := ask(t, w.pages.Progress, w.as(access.Owner), get("/?seen="+url.QueryEscape(seen)), "action", a.ID.String(), "HX-Request", "true")
		if err != nil {
			t.Fatal(err)
		}
		return got.Code, got.Body.String(), got.Header().Get("HX-Trigger")
	}
	seen := ui.Progress{Action: a}.Seen()
	if code, body, _ := poll(seen); code != http.StatusNoContent || body != "" {
		t.Errorf("without news: %d %q", code, body)
	}
	w.actions[0].State = action.Sending
	if code, body, event := poll(seen); code != 200 || strings.Contains(body, "<html") || !strings.Contains(body, "Sending to Request Tracker") || event != "" {
		t.Errorf("with news: %d %q %q", code, event, body)
	}
	w.actions[0].State = action.Confirmed
	if code, body, event := poll(seen); code != 200 || strings.Contains(body, "hx-get") || event != "portico:ended" {
		t.Errorf("at the end: %d %q %q", code, event, body)
	}
}

func TestProgressIsAPageWithoutAScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketCreate, State: action.Retrying, Connection: w.to[0].Connection, Actor: action.Actor{User: "u1"}, Input: action.Input{Subject: "Router down"}}
	w.actions = []action.Action{a}
	got, err := ask(t, w.pages.Progress, w.as(access.Owner), get("/a/x/actions/y"), "action", a.ID.String())
	p := page(t, got, err, 200)
	p.WantText("h1", "Router down").WantText("h2", "Request Tracker is not reachable, we keep trying").Want(`form[method=post][action$="/withdraw"]`, 1).WantText("noscript", "/actions/"+a.ID.String())
	w.actions[0].Actor.User = "somebody else"
	got, err = ask(t, w.pages.Progress, w.as(access.Owner), get("/"), "action", a.ID.String())
	page(t, got, err, 200).Want(`form[action$="/withdraw"]`, 0)
}

func TestWhatWasAskedForOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := action.Action{
		ID: action.NewID(), Account: w.account, Kind: action.TicketReply, Target: record.NewID(), Connection: w.to[0].Connection, State: action.Refused,
		Reason: "This record no longer belongs to your account, so it was not sent.", Actor: action.Actor{User: "u1"}, Input: action.Input{Text: "Yes, please."},
	}
	w.actions = []action.Action{a}
	got, err := ask(t, w.pages.Progress, w.as(access.Owner), get("/"), "action", a.ID.String())
	page(t, got, err, 200).WantText("blockquote", "Yes, please.").WantText("[data-part=reason]", "no longer belongs to your account").WantText("article", "Request Tracker did not accept it")
}

func TestWithdrawLeadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketReply, Target: w.rows[0].ID, State: action.Recorded}
	create := action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketCreate, State: action.Retrying}
	sending := action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketReply, State: action.Sending}
	w.actions = []action.Action{reply, create, sending}
	for a, want := range map[action.ID]string{reply.ID: "/tickets/" + w.rows[0].ID.String() + "#progress-", create.ID: "/actions/"} {
		got, err := ask(t, w.pages.Withdraw, w.as(access.Owner), post(nil), "action", a.String())
		if err != nil || got.Code != http.StatusSeeOther || !strings.Contains(got.Header().Get("Location"), want) {
			t.Errorf("%d %v %q", got.Code, err, got.Header().Get("Location"))
		}
	}
	if _, err := ask(t, w.pages.Withdraw, w.as(access.Finance), post(nil), "action", reply.ID.String()); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is about requests, by somebody who sees none: %v", err)
	}
	if _, err := ask(t, w.pages.Withdraw, w.as(access.Owner), post(nil), "action", sending.ID.String()); !fault.Is(err, fault.Conflict) {
		t.Errorf("too late: %v", err)
	}
}

func TestFilesAreSavedAndNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.File, w.as(access.Owner), get("/"), "attachment", w.asset.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition": `attachment; filename="a\"b__Set-Cookie: x.html"`, "Content-Length": "25", "Cache-Control": "private, no-store",
	} {
		if got := got.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	r := get("/")
	r.Method = http.MethodHead
	got, err = ask(t, w.pages.File, w.as(access.Owner), r, "attachment", w.asset.ID.String())
	if err != nil || got.Body.Len() > 0 {
		t.Errorf("HEAD: %d bytes, %v", got.Body.Len(), err)
	}
}
