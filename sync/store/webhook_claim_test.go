package store_test

import (
	"slices"
	"testing"
	"time"

	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
)

// owe adds n test messages to an endpoint.
func (w *world) owe(t *testing.T, e delivery.EndpointID, n int) {
	t.Helper()
	for range n {
		_, err := w.sys.SendTest(t.Context(), e)
		must(t, err)
	}
}

func (w *world) claim(t *testing.T, e delivery.EndpointID, limit int) ([]delivery.Claim, time.Time) {
	t.Helper()
	claims, next, err := w.sys.ClaimDeliveries(t.Context(), e, limit, time.Minute)
	must(t, err)
	return claims, next
}

func (w *world) settle(t *testing.T, c delivery.Claim, step delivery.Step) {
	t.Helper()
	must(t, w.sys.SettleDeliveries(t.Context(), c.Endpoint.ID, []delivery.Settled{{Claim: c, Step: step}}))
}

func (w *world) attempt(status int) *delivery.Attempt {
	return &delivery.Attempt{At: w.clock(), Took: 3 * time.Millisecond, Status: status, Request: "POST", Answer: "no"}
}

func (w *world) dueTo(t *testing.T) []delivery.EndpointID {
	t.Helper()
	ids, err := w.sys.DueEndpoints(t.Context(), w.clock(), 10)
	must(t, err)
	return ids
}

func TestADeliveryIsClaimedByOneAndAgainWhenItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.owe(t, e, 3)
	if ids := w.dueTo(t); !slices.Equal(ids, []delivery.EndpointID{e}) {
		t.Fatalf("due to %v", ids)
	}
	first, _ := w.claim(t, e, 2)
	w.pass(time.Second)
	second, _ := w.claim(t, e, 5)
	w.pass(time.Second)
	if none, next := w.claim(t, e, 5); len(first) != 2 || len(second) != 1 || len(none) > 0 || !next.Equal(first[0].Until) {
		t.Fatalf("claimed %d, %d, %d, next %s", len(first), len(second), len(none), next)
	}
	w.settle(t, second[0], delivery.Step{State: delivery.Delivered, Attempt: w.attempt(200)})
	w.pass(2 * time.Minute) // the holder of the first two is dead
	again, _ := w.claim(t, e, 5)
	if len(again) != 2 || again[0].Delivery.Message.ID != first[0].Delivery.Message.ID || again[0].Fence == first[0].Fence {
		t.Fatalf("claimed again %+v", again)
	}
	w.settle(t, again[0], delivery.Step{State: delivery.Delivered, Attempt: w.attempt(200)})
	// It was not dead after all: its request is in the log and changes nothing.
	w.settle(t, first[0], delivery.Step{State: delivery.Failed, Attempt: w.attempt(500)})
	w.settle(t, again[1], delivery.Step{State: delivery.Due, Due: w.clock()}) // given back unsent
	logs, err := w.sys.Deliveries(t.Context(), e, "", 10)
	must(t, err)
	slices.Reverse(logs)
	if l := logs[0]; l.State != delivery.Delivered || l.Status != 200 || len(l.Attempts) != 2 || l.Attempts[0].Took != 3*time.Millisecond {
		t.Errorf("%+v", l)
	}
	if l := logs[1]; l.State != delivery.Due || l.Attempt != 0 || len(l.Attempts) != 0 {
		t.Errorf("%+v", l)
	}
}

func TestAnEndpointIsGivenNoMoreThanItsRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := delivery.NewEndpointID()
	must(t, w.sys.CreateEndpoint(t.Context(), delivery.Endpoint{ID: id, URL: "https://books.example", Types: delivery.Types(), Rate: 4, Secret: "s"}))
	w.owe(t, id, 10)
	got := 0
	for range 4 { // looks in one second
		claims, next := w.claim(t, id, 64)
		got += len(claims)
		if len(claims) == 0 && next.Sub(w.clock()) > time.Second {
			t.Errorf("next %s", next)
		}
		w.pass(200 * time.Millisecond)
	}
	if got != 4 || len(w.dueTo(t)) != 0 {
		t.Errorf("%d in the first second, due to %v", got, w.dueTo(t))
	}
	w.pass(time.Second)
	if claims, _ := w.claim(t, id, 64); len(claims) != 4 {
		t.Errorf("%d in the second", len(claims))
	}
}

func TestAFailingEndpointIsHeldNotedAndSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.owe(t, e, 2)
	claims, _ := w.claim(t, e, 2)
	began := w.clock()
	w.settle(t, claims[0], delivery.Step{State: delivery.Due, Due: began.Add(5 * time.Second), Attempt: w.attempt(429), Hold: began.Add(time.Hour)})
	got, err := w.sys.Endpoint(t.Context(), e)
	must(t, err)
	if !got.FailingSince.Equal(began) || len(w.dueTo(t)) != 0 {
		t.Errorf("failing since %s, due to %v", got.FailingSince, w.dueTo(t))
	}
	w.pass(30 * time.Minute)
	if held, next := w.claim(t, e, 5); len(held) > 0 || !next.Equal(began.Add(time.Hour)) {
		t.Errorf("claimed %d, next %s", len(held), next)
	}
	w.pass(time.Hour)
	claims, _ = w.claim(t, e, 1)
	w.settle(t, claims[0], delivery.Step{State: delivery.Failed, Attempt: w.attempt(410), Disable: "gone"})
	var off []change.Event
	_, err = w.sys.TakeOutbox(t.Context(), 10, func(ev change.Event) error { off = append(off, ev); return nil })
	must(t, err)
	if got, err = w.sys.Endpoint(t.Context(), e); err != nil || got.Enabled || got.Why != "gone" || !got.FailingSince.Equal(began) {
		t.Errorf("%+v, %v", got, err)
	}
	if len(off) != 1 || off[0].Topic != change.EndpointOff || off[0].IDs[0] != string(e) {
		t.Errorf("told %+v", off)
	}
	if claims, next := w.claim(t, e, 5); len(claims) > 0 || !next.IsZero() || len(w.dueTo(t)) > 0 {
		t.Error("an endpoint that is off was given something")
	}
	if _, err := w.sys.SendTest(t.Context(), e); !fault.Is(err, fault.Conflict) {
		t.Errorf("test while off: %v", err)
	}
	must(t, w.sys.EnableEndpoint(t.Context(), e))
	if claims, _ := w.claim(t, e, 5); len(claims) != 1 {
		t.Errorf("%d are due after it is on again", len(claims))
	}
}

func TestResendingKeepsTheMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.owe(t, e, 3)
	claims, _ := w.claim(t, e, 3)
	w.settle(t, claims[0], delivery.Step{State: delivery.Delivered, Attempt: w.attempt(200)})
	w.settle(t, claims[1], delivery.Step{State: delivery.Failed, Attempt: w.attempt(500)})
	w.pass(time.Hour)
	w.settle(t, claims[2], delivery.Step{State: delivery.Failed, Attempt: w.attempt(500)})
	if n, err := w.sys.ResendFailed(t.Context(), e, w.clock().Add(-time.Minute)); err != nil || n != 1 {
		t.Errorf("%d resent, %v", n, err)
	}
	must(t, w.sys.Resend(t.Context(), claims[0].Delivery.ID))
	again, _ := w.claim(t, e, 5)
	if len(again) != 2 || again[0].Delivery.Message.ID != claims[0].Delivery.Message.ID || again[0].Delivery.Attempt != 0 {
		t.Errorf("%+v", again)
	}
	if err := w.sys.Resend(t.Context(), "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("resend nothing: %v", err)
	}
}

func TestARotatedSecretStaysForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	must(t, w.sys.RotateEndpoint(t.Context(), e, "second"))
	got, err := w.sys.Endpoint(t.Context(), e)
	must(t, err)
	if got.Secret != "second" || got.OldSecret != "sealed" || !got.OldUntil.Equal(w.clock().Add(24*time.Hour)) {
		t.Errorf("%+v", got)
	}
	if err := w.sys.RotateEndpoint(t.Context(), "nothing", "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("rotate nothing: %v", err)
	}
}

func TestSettledWebhooksArePruned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.owe(t, e, 2)
	claims, _ := w.claim(t, e, 1)
	w.settle(t, claims[0], delivery.Step{State: delivery.Delivered, Attempt: w.attempt(200)})
	w.pass(40 * 24 * time.Hour)
	must(t, w.sys.Prune(t.Context()))
	logs, err := w.sys.Deliveries(t.Context(), e, "", 10)
	must(t, err)
	if len(logs) != 1 || logs[0].State != delivery.Due {
		t.Errorf("%+v", logs)
	}
}

func TestAHoldKeepsWebhooksFromLeaving(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.owe(t, e, 2)
	claims, _ := w.claim(t, e, 1)
	w.settle(t, claims[0], delivery.Step{State: delivery.Due, Due: w.clock(), Attempt: w.attempt(500)})
	must(t, w.sys.Hold(t.Context(), "restored"))
	w.pass(time.Minute)
	if claims, _ := w.claim(t, e, 5); len(claims) > 0 || len(w.dueTo(t)) > 0 {
		t.Error("a delivery was given away under a hold")
	}
	w.pass(6 * 24 * time.Hour)
	must(t, w.sys.Release(t.Context()))
	got, err := w.sys.Endpoint(t.Context(), e)
	must(t, err)
	if claims, _ := w.claim(t, e, 5); len(claims) != 2 || !got.FailingSince.IsZero() {
		t.Errorf("%d are given after the release, failing since %s", len(claims), got.FailingSince)
	}
}
