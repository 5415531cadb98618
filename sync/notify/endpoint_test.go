package notify_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/delivery"
	"portico/sync/notice"
)

// off has an endpoint switched off by its answer.
func (w *world) off() delivery.EndpointID {
	w.t.Helper()
	id := delivery.NewEndpointID()
	must(w.t, w.CreateEndpoint(w.ctx(), delivery.Endpoint{ID: id, URL: "https://books.example/hook/SECRET", Description: "Bookkeeping", Types: delivery.Types(), Rate: 10, Secret: "sealed"}))
	_, err := w.SendTest(w.ctx(), id)
	must(w.t, err)
	claims, _, err := w.ClaimDeliveries(w.ctx(), id, 1, time.Minute)
	must(w.t, err)
	must(w.t, w.SettleDeliveries(w.ctx(), id, []delivery.Settled{{Claim: claims[0], Step: delivery.Step{State: delivery.Failed,
		Attempt: &delivery.Attempt{At: w.clock(), Status: 410}, Disable: "It answered 410 Gone: it wants no more messages."}}}))
	return id
}

func (w *world) admin(name string) access.User {
	w.t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: strings.ToLower(name) + "@halden.example", Staff: access.Admin}
	must(w.t, w.CreateUser(w.ctx(), u, ""))
	return u
}

func TestAdministratorsHearOfAnEndpointThatWasSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin("Amara")
	gone := w.admin("Gone")
	w.member("Ines", access.Owner, notice.Everything)
	id := w.off()
	w.relay()
	must(t, w.DisableUser(w.ctx(), gone.ID, true))
	_, m, text := w.one(w.work(w.worker()))
	if !strings.Contains(m.Header.Get("To"), "amara@halden.example") || !strings.Contains(text, "Bookkeeping (books.example)") || !strings.Contains(text, "410 Gone") ||
		!strings.Contains(text, "https://portal.example/admin/webhooks/"+string(id)) || strings.Contains(text, "SECRET") {
		t.Errorf("to %s\n%s", m.Header.Get("To"), text)
	}
	if again := w.work(w.worker()); len(again) != 0 {
		t.Errorf("told again: %d mails", len(again))
	}
}

func TestNobodyHearsOfAnEndpointThatIsOnAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin("Amara")
	id := w.off()
	w.relay()
	must(t, w.EnableEndpoint(w.ctx(), id))
	if sent := w.work(w.worker()); len(sent) != 0 {
		t.Errorf("%d mails", len(sent))
	}
	removed := w.off()
	w.relay()
	must(t, w.RemoveEndpoint(w.ctx(), removed))
	if sent := w.work(w.worker()); len(sent) != 0 {
		t.Errorf("%d mails of an endpoint that is gone", len(sent))
	}
}
