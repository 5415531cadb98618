package settings_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/portal/admin/settings"
	"portico/sync/access"
	"portico/sync/fault"
)

// entries is what is asked of who signs in, in memory.
type entries struct {
	state settings.State[settings.Entry]
	saved []settings.EntryChange
}

func (e *entries) Entry(context.Context) (settings.State[settings.Entry], error) { return e.state, nil }

func (e *entries) SaveEntry(_ context.Context, _ access.Scope, c settings.EntryChange) error {
	e.saved = append(e.saved, c)
	return nil
}

func TestWhatIsAskedOfStaffIsShown(t *testing.T) {
	t.Parallel()
	for on, words := range map[bool]string{true: "Staff sign in with a second step.", false: "A password or a mail alone signs staff in"} {
		w := newWorld(t)
		w.entries.state.Value.StaffSecondStep = on
		rec, err := w.do(w.pages.Entry, httptest.NewRequest(http.MethodGet, settings.EntryPath, nil))
		if err != nil || !strings.Contains(rec.Body.String(), words) || strings.Contains(rec.Body.String(), "checked") != on {
			t.Errorf("%v: %v %.3000s", on, err, rec.Body)
		}
	}
}

func TestWhatIsAskedOfStaffIsChangedByWhoIsFreshlyThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodPost, settings.EntryPath, strings.NewReader("version=0&staff_second_step=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := w.do(w.pages.SaveEntry, r); !fault.Is(err, fault.Forbidden) || len(w.entries.saved) != 0 {
		t.Errorf("without a fresh sign-in: %v, saved %+v", err, w.entries.saved)
	}
}
