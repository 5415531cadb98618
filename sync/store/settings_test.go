package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// administrator makes a person who may save settings.
func administrator(t *testing.T, w *world, name string) access.Scope {
	t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: name + "@halden.example", Staff: access.Admin}
	must(t, w.sys.CreateUser(t.Context(), u, ""))
	return grant.Staff(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, access.Admin, nil)
}

func saving(by access.Scope, seen int, value string) store.SettingChange {
	return store.SettingChange{Name: "mail", Seen: seen, Value: []byte(value), By: by, Changed: []string{"host", "port"}, From: action.Origin{IP: "192.0.2.7"}}
}

func TestTheNewestSavedSettingCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	if got, err := w.sys.Setting(t.Context(), "mail"); err != nil || got.Version != 0 {
		t.Fatalf("before any save: %+v, %v", got, err)
	}
	must(t, w.sys.SaveSetting(t.Context(), saving(amara, 0, `{"host":"a"}`)))
	must(t, w.sys.SaveSetting(t.Context(), saving(amara, 1, `{"host":"b"}`)))
	got, err := w.sys.Setting(t.Context(), "mail")
	must(t, err)
	if got.Version != 2 || string(got.Value) != `{"host":"b"}` || got.By != "amara" || !got.At.Equal(w.clock()) {
		t.Errorf("%+v", got)
	}
	before, err := w.sys.SettingAt(t.Context(), "mail", 1)
	must(t, err)
	if string(before.Value) != `{"host":"a"}` {
		t.Errorf("version 1 is %s", before.Value)
	}
	if other, err := w.sys.Setting(t.Context(), "branding"); err != nil || other.Version != 0 {
		t.Errorf("another group: %+v, %v", other, err)
	}
}

func TestOfTwoWhoSaveAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	const savers = 8
	errs := make([]error, savers)
	var wg sync.WaitGroup
	for i := range savers {
		wg.Go(func() {
			errs[i] = w.sys.SaveSetting(context.WithoutCancel(t.Context()), saving(amara, 0, fmt.Sprintf(`{"n":%d}`, i)))
		})
	}
	wg.Wait()
	saved := 0
	for _, err := range errs {
		switch {
		case err == nil:
			saved++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	if got, err := w.sys.Setting(t.Context(), "mail"); err != nil || saved != 1 || got.Version != 1 {
		t.Errorf("%d saved, version %d, %v", saved, got.Version, err)
	}
	if err := w.sys.SaveSetting(t.Context(), saving(amara, 5, `{}`)); !fault.Is(err, fault.Conflict) {
		t.Errorf("upon a version that is not there: %v", err)
	}
}

func TestOldSettingsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	for i := range 23 {
		must(t, w.sys.SaveSetting(t.Context(), saving(amara, i, fmt.Sprintf(`{"n":%d}`, i))))
	}
	for version, kept := range map[int]bool{1: false, 3: false, 4: true, 23: true} {
		if got, err := w.sys.SettingAt(t.Context(), "mail", version); err != nil || (got.Version != 0) != kept {
			t.Errorf("version %d: %+v, %v", version, got, err)
		}
	}
}

func TestOnlyAdministratorsSaveSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := grant.User{ID: "u"}
	for kind, by := range map[fault.Kind]access.Scope{
		fault.Unauthenticated: {},
		fault.Forbidden:       grant.Staff(u, access.Manager, nil),
		fault.NotFound:        grant.Member(u, record.NewAccountID(), access.Owner),
	} {
		if err := w.sys.SaveSetting(t.Context(), saving(by, 0, `{}`)); !fault.Is(err, kind) {
			t.Errorf("%v, want %s", err, kind)
		}
	}
	if got, err := w.sys.Setting(t.Context(), "mail"); err != nil || got.Version != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestASavedSettingLeavesALeafWithoutItsValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	must(t, w.sys.SaveSetting(t.Context(), saving(amara, 0, `{"password":"CANARY"}`)))
	if err := w.sys.SaveSetting(t.Context(), saving(amara, 0, `{}`)); !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		n, err = w.sys.Sequence(t.Context(), 100)
		must(t, err)
	}
	found := 0
	must(t, w.sys.ExportAudit(t.Context(), func(l audit.Line) error {
		if strings.Contains(l.Leaf, "CANARY") || strings.Contains(l.Leaf, "amara@") {
			t.Errorf("in clear in the log: %s", l.Leaf)
		}
		if strings.Contains(l.Leaf, `"what":"settings.changed"`) {
			found++
			if !strings.Contains(l.Leaf, `"changed":"host port"`) || !strings.Contains(l.Leaf, amara.User()) {
				t.Errorf("leaf %s", l.Leaf)
			}
		}
		return nil
	}))
	if found != 1 {
		t.Errorf("%d leaves", found)
	}
}
