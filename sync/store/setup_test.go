package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/store"
)

func first(n int) access.User {
	return access.User{ID: access.NewUserID(), Name: "Mara", Email: fmt.Sprintf("Mara%d@Halden.example", n), Staff: access.Admin}
}

func (w *world) unset(t *testing.T) bool {
	t.Helper()
	unset, err := w.sys.Unset(t.Context())
	must(t, err)
	return unset
}

func (w *world) startSetup(t *testing.T, token string) bool {
	t.Helper()
	started, err := w.sys.StartSetup(t.Context(), hashOf(token), w.clock().Add(24*time.Hour))
	must(t, err)
	return started
}

func TestAFirstRunMakesExactlyOneAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if !w.unset(t) || !w.startSetup(t, "token") {
		t.Fatal("an empty store is set up")
	}
	var made, told atomic.Int32
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			switch err := w.sys.FirstAdministrator(t.Context(), hashOf("token"), first(n), "hash"); {
			case err == nil:
				made.Add(1)
			case fault.Is(err, fault.Conflict):
				told.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	users, err := w.sys.Users(t.Context())
	if err != nil || made.Load() != 1 || told.Load() != 19 || len(users) != 1 || users[0].Staff != access.Admin {
		t.Errorf("%d made, %d told, users %+v %v", made.Load(), told.Load(), users, err)
	}
	if w.unset(t) || w.startSetup(t, "another") {
		t.Error("it can be set up again")
	}
	if err := w.sys.CheckSetup(t.Context(), hashOf("token")); !fault.Is(err, fault.Conflict) {
		t.Errorf("the token still opens: %v", err)
	}
}

func TestTheTokenOfAFirstRunEnds(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world){
		"wrong":     func(w *world) { w.startSetup(t, "other") },
		"none made": func(*world) {},
		"after a restart": func(w *world) {
			w.startSetup(t, "token")
			w.startSetup(t, "newer")
		},
		"after a day": func(w *world) {
			w.startSetup(t, "token")
			w.pass(24 * time.Hour)
		},
	} {
		w := newWorld(t)
		happens(w)
		for what, err := range map[string]error{
			"opens":   w.sys.CheckSetup(t.Context(), hashOf("token")),
			"makes":   w.sys.FirstAdministrator(t.Context(), hashOf("token"), first(1), "hash"),
			"decides": w.sys.SaveFirstSetting(t.Context(), hashOf("token"), store.SettingChange{Name: "branding", Value: []byte("{}")}),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: it %s: %v", name, what, err)
			}
		}
		if !w.unset(t) {
			t.Errorf("%s: a user was made", name)
		}
	}
}

func TestSomebodyMadeByTheCommandLineEndsTheFirstRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startSetup(t, "token")
	must(t, w.sys.CreateUser(t.Context(), first(1), "hash"))
	for _, err := range []error{
		w.sys.CheckSetup(t.Context(), hashOf("token")),
		w.sys.FirstAdministrator(t.Context(), hashOf("token"), first(2), "hash"),
		w.sys.SaveFirstSetting(t.Context(), hashOf("token"), store.SettingChange{Name: "branding", Value: []byte("{}")}),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
}

func TestTheFirstRunDecidesASettingAndLeavesItsLeaf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.startSetup(t, "token")
	change := store.SettingChange{Name: "branding", Value: []byte(`{"name":"Halden"}`), Changed: []string{"name"}}
	must(t, w.sys.SaveFirstSetting(t.Context(), hashOf("token"), change))
	if err := w.sys.SaveFirstSetting(t.Context(), hashOf("token"), change); !fault.Is(err, fault.Conflict) {
		t.Errorf("upon an older version: %v", err)
	}
	must(t, w.sys.FirstAdministrator(t.Context(), hashOf("token"), first(1), "hash"))
	s, err := w.sys.Setting(t.Context(), "branding")
	if err != nil || s.Version != 1 || string(s.Value) != `{"name":"Halden"}` || s.By != "" {
		t.Errorf("%+v %v", s, err)
	}
	leaves, err := w.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE leaf LIKE '%\"actor\":\"first run\"%'")
	if err != nil || len(leaves) != 2 {
		t.Errorf("%v %v", leaves, err)
	}
	if err := w.sys.FirstAdministrator(t.Context(), hashOf("token"), access.User{Staff: access.Agent}, ""); !fault.Is(err, fault.Internal) {
		t.Errorf("an agent: %v", err)
	}
}
