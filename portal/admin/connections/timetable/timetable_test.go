package timetable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections/timetable"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var desk = remote.Connection{ID: record.NewConnectionID(), Name: "Desk"}

// keeper is a Choosing that keeps what it is given.
type keeper struct {
	kept    run.Timetable
	saved   int
	streams []remote.Stream
}

func (k *keeper) Timetable(context.Context, record.ConnectionID) (run.Timetable, remote.Connection, remote.Spec, error) {
	return k.kept, desk, remote.Spec{Streams: k.streams}, nil
}

func (k *keeper) SetTimetable(_ context.Context, _ access.Scope, _ record.ConnectionID, t run.Timetable) error {
	if err := t.Check(); err != nil {
		return err
	}
	k.kept, k.saved = t, k.saved+1
	return nil
}

func newKeeper() *keeper {
	return &keeper{streams: []remote.Stream{{Name: "tickets", Every: 30 * time.Second}, {Name: "assets", Every: 2 * time.Hour}}}
}

func (k *keeper) answer(t *testing.T, form url.Values, want int) htmlcheck.Page {
	t.Helper()
	p := timetable.New(timetable.Options{Choose: k, Zone: time.UTC,
		Frame: ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})})
	r, do := httptest.NewRequest(http.MethodGet, "/", nil), p.Show
	if form != nil {
		r, do = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode())), p.Save
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.SetPathValue("id", desk.ID.String())
	w := httptest.NewRecorder()
	if err := do(w, r, grant.Staff(grant.User{ID: "s", Name: "Amara"}, access.Admin, nil)); err != nil || w.Code != want {
		t.Fatalf("%d, want %d (%v)", w.Code, want, err)
	}
	if want == http.StatusSeeOther {
		if to := w.Header().Get("Location"); !strings.HasSuffix(to, "/schedule?done=timetable") {
			t.Errorf("it leads to %s", to)
		}
		return htmlcheck.Page{}
	}
	return htmlcheck.Read(t, w.Body.String())
}

func typed(tickets, assets, from, until string) url.Values {
	return url.Values{"stream": {"tickets", "assets"}, "minutes": {tickets, assets}, "quiet_from": {from}, "quiet_until": {until}}
}

func TestAScheduleIsChosen(t *testing.T) {
	t.Parallel()
	k := newKeeper()
	k.answer(t, nil, 200).WantText("#every-tickets-hint", "30 seconds").WantText("#every-assets-hint", "2 h").
		Want("#every-tickets[value='']", 1).Want("#quiet_from[value='']", 1)
	k.answer(t, typed("", "240", "22:00", "06:30"), 303)
	want := run.Timetable{Every: map[string]time.Duration{"assets": 4 * time.Hour}, Quiet: run.Quiet{From: 22 * 60, Until: 6*60 + 30}}
	if !reflect.DeepEqual(k.kept, want) {
		t.Errorf("kept %+v", k.kept)
	}
	k.answer(t, nil, 200).Want("#every-assets[value='240']", 1).Want("#every-tickets[value='']", 1).
		Want("#quiet_from[value='22:00']", 1).Want("#quiet_until[value='06:30']", 1)
	k.answer(t, typed("", "", "", ""), 303)
	if len(k.kept.Every) > 0 || !k.kept.Quiet.None() {
		t.Errorf("kept %+v", k.kept)
	}
}

func TestAScheduleThatCannotBeComesBackAsTyped(t *testing.T) {
	t.Parallel()
	k := newKeeper()
	for field, form := range map[string]url.Values{
		"#every-tickets": typed("0", "", "", ""),
		"#every-assets":  typed("", "1441", "", ""),
		"[name=minutes]": typed("-5", "307445734562", "", ""),
		"#quiet_from":    typed("", "", "", "06:00"),
		"#quiet_until":   typed("", "", "22:00", ""),
	} {
		k.answer(t, form, 422).Want(field+".is-invalid", strings.Count(field, "minutes")+1).Want("[role=alert]", 1)
	}
	k.answer(t, typed("7", "soon", "25:00", "06:00"), 422).Want("#every-tickets[value='7']", 1).Want("#every-assets.is-invalid[value=soon]", 1).
		Want("#quiet_from.is-invalid[value='25:00']", 1)
	k.answer(t, typed("", "", "06:00", "06:00"), 422).WantText("#quiet_until-error", "the same")
	if k.saved > 0 {
		t.Error("something was saved")
	}
	k.streams = nil
	k.answer(t, nil, 200).Want("form[method=post][action$='/schedule']", 0).WantText("main", "Nothing is read yet")
}
