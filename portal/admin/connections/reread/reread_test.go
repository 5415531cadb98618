package reread_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections/reread"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var desk = remote.Connection{ID: record.NewConnectionID(), Name: "Desk"}

// source is a Reading with one answer.
type source struct {
	result  reread.Result
	refused error
	asked   record.Ref
}

func (*source) Of(context.Context, record.ConnectionID) (remote.Connection, remote.Spec, error) {
	return desk, remote.Spec{Streams: []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket, record.KindComment}}}}, nil
}

func (s *source) Reread(_ context.Context, _ access.Scope, ref record.Ref) (reread.Result, error) {
	s.asked = ref
	return s.result, s.refused
}

func (s *source) answer(t *testing.T, r *http.Request, want int) htmlcheck.Page {
	t.Helper()
	p := reread.New(reread.Options{Read: s, Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
	r.SetPathValue("id", desk.ID.String())
	w := httptest.NewRecorder()
	do := p.Show
	if r.Method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		do = p.Read
	}
	if err := do(w, r, grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)); err != nil || w.Code != want {
		t.Fatalf("%d, want %d (%v)", w.Code, want, err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func TestWhatCameOfARecordIsSaid(t *testing.T) {
	t.Parallel()
	ticket := func(subject string) *record.Record {
		return &record.Record{Kind: record.KindTicket, External: "7", Body: record.Ticket{Number: "7", Subject: subject}}
	}
	read := func() *http.Request {
		return httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"kind": {"ticket"}, "external": {"7"}}.Encode()))
	}
	s := &source{}
	s.answer(t, httptest.NewRequest(http.MethodGet, "/?kind=comment&external=9", nil), 200).
		Want("input[name=external][value='9']", 1).Want("option[value=comment][selected]", 1).Want("[data-part=result]", 0)
	for says, result := range map[string]reread.Result{
		"Read, and changed":        {Found: true, Was: ticket("Old <b>"), Is: ticket("New")},
		"nothing of it is differe": {Found: true, Was: ticket("Old"), Is: ticket("Old")},
		"Read, and new here":       {Found: true, Is: ticket("New"), Counts: run.Counts{Read: 3, Written: 3}},
		"It cannot be used":        {Rejects: []remote.Reject{{Kind: record.KindTicket, External: "7", Reason: "It has no number."}}},
		"Desk does not hand it":    {},
	} {
		s.result = result
		page := s.answer(t, read(), 200).WantText("[data-part=result] h2", says)
		if says == "Read, and changed" {
			page.WantText("tr[data-field=subject]", "Old <b>").WantText("tr[data-field=subject]", "New").Want("tr[data-field=number]", 0)
		}
		if len(result.Rejects) > 0 {
			page.WantText("[data-part=rejects]", "It has no number.")
		}
	}
	if s.asked != (record.Ref{Connection: desk.ID, Kind: record.KindTicket, External: "7"}) {
		t.Errorf("asked for %+v", s.asked)
	}
	s.refused = fault.New(fault.Conflict, "This connection is paused.")
	s.answer(t, read(), 409).WantText("[role=alert]", "is paused").Want("[data-part=result]", 0)
}
