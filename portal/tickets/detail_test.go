package tickets_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestDetailSaysTurnNextStepAndSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.rows[0].ID.String()
	got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/a/x/tickets/"+id), "id", id)
	p := page(t, got, err, 200)
	p.WantText("h1", "VPN for the Gdańsk depot").WantText("#facts .po-turn.is-pill", "Waiting for you since 08:06").WantText("#facts .po-next", "Next: We need an answer from you")
	p.WantText("#facts .po-fresh", "Request Tracker, read 2 min ago").Want("#history li", 2).WantText("#history li:first-child", "second").Want("#history script", 0)
	p.Want(`#reply textarea[name=text]`, 1).Want(`#reply input[type=file]`, 1).Want(`form#decide[action$="/close"] input[name=base][value="stalled@1"]`, 1).WantText("label", "Write to Marek Dvořák")
	got, err = ask(t, w.pages.Show, w.as(access.Owner), get("/a/x/tickets/"+id+"?order=oldest"), "id", id)
	page(t, got, err, 200).WantText("#history li:first-child", "first").WantText("#history header a", "Newest first")
}

func TestFinishedRequestCanBeReopened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.rows[2].ID.String()
	got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", id)
	page(t, got, err, 200).Want(`form#decide[action$="/reopen"]`, 1).WantText("#text-hint", "Write if it is not solved")
}

func TestStaffReadAndCannotAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := grant.StaffIn(grant.User{ID: "s"}, access.Manager, w.account)
	got, err := ask(t, w.pages.Show, s, get("/"), "id", w.rows[0].ID.String())
	page(t, got, err, 200).Want("#reply", 0).Want("#decide", 0)
	if _, err := ask(t, w.pages.New, s, get("/")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the form: %v", err)
	}
}

func TestDegradedModeSaysWhatStillWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.down = true
	got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", w.rows[0].ID.String())
	page(t, got, err, 200).WantText("[data-part=down]", "has not answered since 08:12. You see the state of 08:10.").WantText("#facts", "At 08:10 it was waiting for you").Want("#reply", 1)
}

func TestForeignMissingAndMalformedAreTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{record.NewID().String(), "x", "", "../1", strings.Repeat("0", 36)} {
		for name, h := range map[string]handler{"show": w.pages.Show, "reply": w.pages.Reply, "progress": w.pages.Progress, "withdraw": w.pages.Withdraw, "file": w.pages.File} {
			if _, err := ask(t, h, w.as(access.Owner), get("/"), "id", id, "action", id, "attachment", id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s of %q: %v", name, id, err)
			}
		}
	}
}

func TestReplyIsRecordedOnceAndFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, key := w.rows[0].ID.String(), uuid.NewString()
	for range 2 { // an impatient second press
		got, err := ask(t, w.pages.Reply, w.as(access.Owner), send(t, map[string]string{"key": key, "text": "Yes,\r\nplease."}, "list"), "id", id)
		if err != nil || got.Code != http.StatusSeeOther {
			t.Fatalf("%d %v", got.Code, err)
		}
		want := "/a/" + w.account.String() + "/tickets/" + id + "#progress-" + w.actions[0].ID.String()
		if to := got.Header().Get("Location"); to != want {
			t.Errorf("leads to %q, want %q", to, want)
		}
	}
	a := w.actions[0]
	if len(w.actions) != 1 || a.Kind != action.TicketReply || a.Input.Text != "Yes,\nplease." || a.Base != "" || len(a.Input.Files) != 1 {
		t.Errorf("%d actions, %+v", len(w.actions), a)
	}
	if len(w.kept) != 1 || !w.kept[a.Input.Files[0].ID] {
		t.Errorf("the file of the second press was not dropped: %v", w.kept)
	}
	got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", id)
	page(t, got, err, 200).Want("#progress [data-state=recorded][hx-get]", 1).Want(`[data-recorded="`+key+`"]`, 1).WantText("#progress blockquote", "Yes, please.")
}

// A database that dies after it has committed leaves an action that needs its files.
func TestFilesStayWhenTheAnswerOfTheStoreIsLost(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reply", "create"} {
		w := newWorld(t)
		w.lost = true
		handle, fields := w.pages.Reply, map[string]string{"key": uuid.NewString(), "text": "See the list."}
		if name == "create" {
			handle, fields["subject"], fields["to"] = w.pages.Create, "s", w.to[0].Connection.String()+" Support"
		}
		_, err := ask(t, handle, w.as(access.Owner), send(t, fields, "list"), "id", w.rows[0].ID.String())
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("%s: %v", name, err)
		}
		if len(w.actions) != 1 || len(w.kept) != 1 || !w.kept[w.actions[0].Input.Files[0].ID] {
			t.Errorf("%s: %d actions, files %v", name, len(w.actions), w.kept)
		}
	}
}

func TestRefusedReplyKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.rows[0].ID.String()
	for name, c := range map[string]struct {
		text, file, says string
		status           int
	}{
		"empty":     {"", "", "This is needed.", 422},
		"spaces":    {"  \n ", "", "This is needed.", 422},
		"too long":  {strings.Repeat("ü", action.MaxText+1), "", "At most 20000 characters", 422},
		"file size": {"Look at this.", strings.Repeat("x", 2000), "a.txt is over the limit of 1 kB.", 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var files []string
			if c.file != "" {
				files = []string{"kept for nothing", c.file}
			}
			got, err := ask(t, w.pages.Reply, w.as(access.Owner), send(t, map[string]string{"key": uuid.NewString(), "text": c.text}, files...), "id", id)
			p := page(t, got, err, c.status)
			p.WantText(".po-error", c.says).Want("[aria-invalid=true]", 1)
			if got := p.Find("#text").Text(); got != c.text {
				t.Errorf("the text became %.40q", got)
			}
		})
	}
	t.Cleanup(func() {
		if len(w.actions) > 0 || len(w.kept) > 0 {
			t.Errorf("%d actions and %d files are left", len(w.actions), len(w.kept))
		}
	})
}

func TestDecisionCarriesWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.rows[0].ID.String()
	form := url.Values{"key": {uuid.NewString()}, "base": {"stalled@1"}, "saw_status": {"Waiting for you"}, "saw_person": {"Marek Dvořák"}, "saw_messages": {"2"}}
	got, err := ask(t, w.pages.Close, w.as(access.Owner), post(form), "id", id)
	if err != nil || got.Code != http.StatusSeeOther || len(w.actions) != 1 || w.actions[0].Base != "stalled@1" || w.actions[0].Kind != action.TicketClose {
		t.Fatalf("%d %v %+v", got.Code, err, w.actions)
	}
}

func TestStaleDecisionIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.rows[0].ID.String()
	form := url.Values{"key": {uuid.NewString()}, "base": {"open@0"}, "saw_status": {"In progress"}, "saw_person": {"Amara"}, "saw_messages": {"1"}}
	got, err := ask(t, w.pages.Close, w.as(access.Owner), post(form), "id", id)
	p := page(t, got, err, http.StatusConflict)
	p.WantText("[data-part=stale]", "Nothing has been done yet").WantText("[data-part=stale] del", "In progress Amara 1").WantText("[data-part=stale] ins", "Waiting for you Marek Dvořák 2")
	p.Want(`form#decide input[name=base][value="stalled@1"]`, 1)
	form.Set("saw_status", "Waiting for you")
	form.Set("saw_updated", "2026-11-18T07:00:00Z")
	got, err = ask(t, w.pages.Reopen, w.as(access.Owner), post(form), "id", id)
	page(t, got, err, http.StatusConflict).WantText("[data-part=stale]", "unchanged").WantText("[data-part=stale]", "Status in Request Tracker open stalled").WantText("[data-part=stale]", "Last change yesterday, 07:00 today, 08:06")
	if len(w.actions) > 0 {
		t.Error("a stale decision was recorded")
	}
	got, err = ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", id)
	page(t, got, err, 200).Want(`form#decide input[name=saw_updated][value="2026-11-19T08:06:00Z"]`, 1)
}

func TestADecisionOnItsWayIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []action.Kind{action.TicketClose, action.TicketReopen, action.TicketReply} {
		for state, offered := range map[action.State]int{action.Recorded: 0, action.Unknown: 0, action.Conflict: 1, action.Confirmed: 1} {
			w := newWorld(t)
			id := w.rows[0].ID
			w.actions = []action.Action{{ID: action.NewID(), Account: w.account, Target: id, Kind: kind, State: state, Actor: action.Actor{User: "colleague"}, Recorded: now, Changed: now, Ended: now}}
			if kind == action.TicketReply {
				offered = 1
			}
			got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", id.String())
			page(t, got, err, 200).Want("#decide", offered)
		}
	}
}

func TestDecisionWithoutItsFormIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, form := range map[string]url.Values{"no key": {"base": {"x"}}, "key": {"key": {"1"}, "base": {"x"}}, "no base": {"key": {uuid.NewString()}}} {
		if _, err := ask(t, w.pages.Close, w.as(access.Owner), post(form), "id", w.rows[0].ID.String()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOldEndsLeaveThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	add := func(state action.State, user string, ago time.Duration) {
		w.actions = append(w.actions, action.Action{ID: action.NewID(), Account: w.account, Kind: action.TicketReply, Target: w.rows[0].ID, State: state, Actor: action.Actor{User: user}, Ended: now.Add(-ago), Recorded: now.Add(-ago)})
	}
	add(action.Confirmed, "u1", 20*time.Minute)
	add(action.Confirmed, "u1", 2*time.Hour)
	add(action.Refused, "u1", 48*time.Hour)
	add(action.Retrying, "somebody else", time.Minute)
	got, err := ask(t, w.pages.Show, w.as(access.Owner), get("/"), "id", w.rows[0].ID.String())
	page(t, got, err, 200).Want("#progress article", 2).Want("#progress [data-state=confirmed]", 1).Want("#progress [data-state=refused]", 1)
}
