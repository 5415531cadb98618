package letters_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/letters"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// shelf is held actions, in memory.
type shelf struct {
	list  []action.Held
	asked action.State
	calls []string
	err   error
	moved action.State // where the action is once somebody was faster
}

func (s *shelf) HeldActions(_ context.Context, state action.State, _ int) ([]action.Held, error) {
	s.asked = state
	return s.list, nil
}

func (s *shelf) HeldAction(_ context.Context, id action.ID) (action.Held, error) {
	for _, a := range s.list {
		if a.ID == id {
			if s.moved != "" && len(s.calls) > 0 {
				a.State = s.moved
			}
			return a, nil
		}
	}
	return action.Held{}, fault.New(fault.NotFound, "")
}

func (s *shelf) Revive(_ context.Context, _ access.Scope, r action.Ruling) error {
	s.calls = append(s.calls, fmt.Sprintf("revive %d %q by %s", r.Seen, r.Text, r.By))
	return s.err
}

func (s *shelf) Discard(_ context.Context, _ access.Scope, r action.Ruling) error {
	s.calls = append(s.calls, fmt.Sprintf("discard %d %q by %s", r.Seen, r.Reason, r.By))
	return s.err
}

func waiting() action.Held {
	return action.Held{Company: "Nordwind", System: "Help desk", About: "4711 Printer", Action: action.Action{ID: action.NewID(), Ref: "PRT-ABC", Account: record.NewAccountID(),
		Actor: action.Actor{Name: "Ines Albrecht"}, Kind: action.TicketReply, Target: record.NewID(), External: "4711", Input: action.Input{Text: "It <b>smokes</b>."},
		State: action.Dead, Reason: "The help desk does not take it.", Generation: 2, Attempt: 1, Recorded: now.Add(-time.Hour), Sent: now.Add(-time.Hour), Changed: now.Add(-time.Minute)}}
}

type page = func(http.ResponseWriter, *http.Request, access.Scope) error

func pages(s *shelf) *letters.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC, Now: func() time.Time { return now }})
	return letters.New(letters.Options{Actions: s, Frame: frame})
}

func do(t *testing.T, h page, r *http.Request, id action.ID, status int) *httptest.ResponseRecorder {
	t.Helper()
	r.SetPathValue("action", id.String())
	rec := httptest.NewRecorder()
	if err := h(rec, r, grant.Staff(grant.User{ID: "a", Name: "Amara"}, access.Admin, nil)); err != nil {
		t.Fatal(err)
	}
	if rec.Code != status {
		t.Fatalf("status %d, want %d\n%.2000s", rec.Code, status, rec.Body)
	}
	return rec
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestTheListSaysWhatWaitsAndWhy(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	p := pages(s)
	htmlcheck.Read(t, do(t, p.List, get(letters.Path), action.ID{}, 200).Body.String()).WantText(".po-empty", "Nothing waits for us").Want(".po-tabs a", 4)
	s.list = []action.Held{waiting()}
	got := htmlcheck.Read(t, do(t, p.List, get(letters.Path+"?state=refused"), action.ID{}, 200).Body.String())
	got.WantText("[data-action=PRT-ABC]", "4711 Printer").WantText("[data-action=PRT-ABC]", "Nordwind").WantText("[data-action=PRT-ABC]", "does not take it")
	if s.asked != action.Refused {
		t.Errorf("asked for %s", s.asked)
	}
	do(t, p.List, get(letters.Path+"?state=confirmed"), action.ID{}, 200)
	if s.asked != action.Dead {
		t.Errorf("asked for %s", s.asked)
	}
}

func TestTheirOwnWordsAreShownAndWhatCanBeDone(t *testing.T) {
	t.Parallel()
	s := &shelf{list: []action.Held{waiting()}}
	p, id := pages(s), s.list[0].ID
	got := htmlcheck.Read(t, do(t, p.Show, get("/?done=retry"), id, 200).Body.String()).WantText(".po-said", "It <b>smokes</b>.").WantText(".po-toast", "tried again")
	got.WantText("main", "asked for our reference first").Want(`input[name=seen][value="2"]`, 3).Want("button.btn-primary", 1).WantText(".po-rail", "1 attempts in round 3")
	s.list[0].Input.Care = &action.Care{By: "Marek", At: now, Was: "My own words"}
	htmlcheck.Read(t, do(t, p.Show, get("/"), id, 200).Body.String()).WantText(".po-card", "My own words").WantText(".po-card", "Changed by Marek")
	s.list[0].Sent, s.list[0].Kind, s.list[0].Input = time.Time{}, action.TicketClose, action.Input{}
	htmlcheck.Read(t, do(t, p.Show, get("/"), id, 200).Body.String()).WantText("main", "never sent").Want("form[action$=amend]", 0).WantText(".po-card", "No words")
	for _, state := range action.States {
		s.list[0].State, s.list[0].Reason = state, ""
		page := htmlcheck.Read(t, do(t, p.Show, get("/"), id, 200).Body.String())
		if text := page.Text(".po-facts"); strings.Contains(text, "held.") || text == "" {
			t.Errorf("%s: %q", state, text)
		}
		if state != action.Dead {
			page.Want(".po-page form", 0)
		}
	}
	if err := p.Show(httptest.NewRecorder(), get("/"), access.Scope{}); err == nil {
		t.Error("shown to nobody")
	}
}

func TestADecisionCountsForWhatWasSeen(t *testing.T) {
	t.Parallel()
	s := &shelf{list: []action.Held{waiting()}}
	p, id := pages(s), s.list[0].ID
	for _, c := range []struct {
		h    page
		form url.Values
		call string
		done string
	}{
		{p.Retry, url.Values{"seen": {"2"}}, `revive 2 "" by Amara`, "retry"},
		{p.Amend, url.Values{"seen": {"2"}, "text": {"Other words"}}, `revive 2 "Other words" by Amara`, "amend"},
		{p.Discard, url.Values{"seen": {"2"}, "reason": {"Settled"}}, `discard 2 "Settled" by Amara`, "discard"},
	} {
		s.calls = nil
		to := do(t, c.h, post(c.form), id, 303).Header().Get("Location")
		if to != letters.Path+"/"+id.String()+"?done="+c.done || len(s.calls) != 1 || s.calls[0] != c.call {
			t.Errorf("%s %q", to, s.calls)
		}
	}
	s.calls = nil
	htmlcheck.Read(t, do(t, p.Amend, post(url.Values{"seen": {"2"}, "text": {"  "}}), id, 422).Body.String()).Want("#text-error", 1).Want("details[open]", 1)
	htmlcheck.Read(t, do(t, p.Discard, post(url.Values{"seen": {"2"}, "reason": {strings.Repeat("x", action.MaxReason+1)}}), id, 422).Body.String()).Want("#reason-error", 1).WantText("#reason", "xxx")
	if len(s.calls) > 0 {
		t.Errorf("decided %q", s.calls)
	}
	s.err, s.moved = fault.New(fault.Conflict, "Somebody else has looked after this meanwhile."), action.Confirmed
	htmlcheck.Read(t, do(t, p.Retry, post(url.Values{"seen": {"2"}}), id, 409).Body.String()).WantText("[data-part=problems]", "Somebody else").WantText(".po-facts", "Confirmed").Want(".po-page form", 0)
}
