package connections_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
)

func (p *plant) RemovalPlan(_ context.Context, id record.ConnectionID) (run.Removal, error) {
	if id != p.detail.ID {
		return run.Removal{}, fault.New(fault.NotFound, "There is no such connection.")
	}
	return p.plan, nil
}

func (p *plant) Remove(_ context.Context, _ access.Scope, _ record.ConnectionID, name string) error {
	return p.call("remove " + name)
}

func (p *plant) Removals(context.Context) ([]run.Removal, error) { return p.leaving, nil }

func (w *world) planned() {
	w.plan = run.Removal{Connection: w.detail.ID, Name: "Our <b>desk", Accounts: 3, Staged: 7, Questions: 1, Believed: []string{"Inventory", "Inventory"},
		Records: map[record.Kind]int{record.KindTicket: 12345, record.KindAsset: 2}}
}

func TestThePageBeforeARemovalSaysWhatGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planned()
	w.get(w.pages.AskRemoval, w.id, "").WantText("h1", "Remove Our <b>desk?").WantText("dl", "12,345").WantText("dl", "Requests").WantText("dl", "Accounts that lose sight of it").
		WantText("main", "1 open approval is about a request of it").WantText("main", "What Inventory holds of the same things").
		Want("form[method=post][action='/admin/connections/"+w.id+"/remove'] input[name=name][required]", 1).Want("[data-part=unsettled]", 0)
	w.plan.Records, w.plan.Staged = nil, -1
	w.get(w.pages.AskRemoval, w.id, "").WantText("dl", "too many to count")
	w.get(w.pages.Settings, w.id, "").Want("a[href='/admin/connections/"+w.id+"/remove']", 1)
}

func TestNothingCanBeRemovedBeforeItIsSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planned()
	w.plan.Actions = run.Backlog{Waiting: 2, Oldest: now.Add(-time.Hour)}
	w.get(w.pages.AskRemoval, w.id, "").WantText("[data-part=unsettled]", "2 wait, the oldest since 1 h ago").Want("form[action$='/remove']", 0).
		Want("#removal[hx-get='/admin/connections/"+w.id+"/remove']", 1).Want("a[href='/admin/letters']", 0)
	w.plan.Actions = run.Backlog{Stuck: 1}
	w.get(w.pages.AskRemoval, w.id, "").WantText("[data-part=unsettled]", "1 needs a person").Want("[data-part=unsettled] a[href='/admin/letters']", 1)
}

func TestARemovalAsksForTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planned()
	if _, to := w.post(w.pages.Remove, w.id, http.StatusSeeOther, url.Values{"name": {"Our <b>desk"}}); to != "/admin/connections?done=removing" || len(w.calls) != 1 || w.calls[0] != "remove Our <b>desk" {
		t.Errorf("leads to %s after %v", to, w.calls)
	}
	w.err = fault.New(fault.Invalid, "This is not the name of the connection.").Field("name", "Type the name as it stands above.")
	page, _ := w.post(w.pages.Remove, w.id, http.StatusUnprocessableEntity, url.Values{"name": {"our desk"}})
	page.WantText("[data-part=problems]", "This is not the name").Want("input[name=name][value='our desk']", 1)
	w.err = fault.New(fault.Conflict, "Of what clients asked for, 1 has not come to an end.")
	page, _ = w.post(w.pages.Remove, w.id, http.StatusConflict, url.Values{"name": {"Our <b>desk"}})
	page.WantText("[data-part=problems]", "has not come to an end")
	page, _ = w.post(w.pages.Remove, w.id, http.StatusUnprocessableEntity, url.Values{})
	page.Want("#form .is-invalid", 1)
}

func TestARemovalAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.planned()
	w.stale = fault.New(fault.Forbidden, "Confirm that it is you.")
	if _, err := w.do(w.pages.AskRemoval, get(), w.id); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the page: %v", err)
	}
	if _, err := w.do(w.pages.Remove, get(), w.id); !fault.Is(err, fault.Forbidden) || len(w.calls) != 0 {
		t.Errorf("the form: %v, %v", err, w.calls)
	}
	w.stale = nil
	for _, id := range []string{record.NewConnectionID().String(), "x", ""} {
		if _, err := w.do(w.pages.AskRemoval, get(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestTheListSaysWhatIsBeingRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.leaving = []run.Removal{{Name: "<i>Old", Records: map[record.Kind]int{record.KindTicket: 1200}, Staged: 34}, {Name: "Huge", Staged: -1}, {Name: "Empty", Records: map[record.Kind]int{}}}
	page := w.get(w.pages.List, "", "done=removing")
	page.Want("[data-part=leaving]", 3).WantText("[data-part=leaving]", "<i>Old is being removed").WantText("[data-part=leaving]", "1,234 records are left.").
		WantText("[data-part=leaving]", "Very many records are left.").WantText("[data-part=leaving]", "Almost nothing is left").
		WantText(".po-empty", "Nothing is connected yet").WantText("main", "It is being removed.").Want("#connections[hx-get='/admin/connections']", 1)
}
