package webhook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"portico/sync/delivery"
	"portico/sync/webhook"
)

// receiver is a back office that verifies what it gets and answers as told.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	ids     map[string]int
	bodies  map[string]string
	stamps  map[string]bool
	forged  int
	answers []int // statuses to answer with, then 200
	secret  string
	header  http.Header
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{ids: map[string]int{}, bodies: map[string]string{}, stamps: map[string]bool{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) host() string { return strings.TrimPrefix(r.URL, "http://") }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	v, err := standardwebhooks.NewWebhook(r.secret)
	// The clock of the tests is not the wall's, so only the signature is checked.
	if err != nil || v.VerifyIgnoringTimestamp(body, req.Header) != nil {
		r.forged++
	}
	id := req.Header.Get("webhook-id")
	if before, ok := r.bodies[id]; ok && before != string(body) {
		r.forged++
	}
	r.ids[id]++
	r.bodies[id], r.header = string(body), req.Header.Clone()
	r.stamps[req.Header.Get("webhook-timestamp")] = true
	if len(r.answers) > 0 {
		status := r.answers[0]
		r.answers = r.answers[1:]
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, "thank you")
}

func (r *receiver) of(t *testing.T, w *world, e delivery.EndpointID) *receiver {
	t.Helper()
	got, err := w.Endpoint(t.Context(), e)
	must(t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = got.Secret
	return r
}

func TestAMessageIsSignedPostedAndLogged(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL+"/hook")
	r.of(t, w, e)
	ids := w.owe(t, e, 1)
	must(t, w.worker(t, guarded(t, r.host())).Sweep(t.Context()))
	w.await(t, 1)
	got := w.log(t, e)[0]
	if got.State != delivery.Delivered || len(got.Attempts) != 1 || got.Attempts[0].Answer != "thank you" || got.Attempts[0].Status != 200 {
		t.Errorf("%+v", got)
	}
	if r.forged > 0 || r.ids[string(ids[0])] != 1 || r.bodies[string(ids[0])] != string(got.Message.Payload) {
		t.Errorf("forged %d, received %v", r.forged, r.ids)
	}
	if r.header.Get("Content-Type") != "application/json" || r.header.Get("Authorization") != "Bearer hunter2" {
		t.Errorf("header %v", r.header)
	}
	if log := got.Attempts[0].Request; strings.Contains(log, "hunter2") || strings.Contains(log, "v1,") || !strings.Contains(log, string(ids[0])) {
		t.Errorf("logged %q", log)
	}
}

func TestEveryAttemptHasTheSameIDAndItsOwnTime(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL)
	r.of(t, w, e).answers = []int{500, 302, 400}
	id := w.owe(t, e, 1)[0]
	worker := w.worker(t, guarded(t, r.host()))
	for _, wait := range []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute} {
		w.pass(wait)
		worker.Ring(e)
		w.await(t, 1)
	}
	got := w.log(t, e)[0]
	if got.State != delivery.Delivered || len(got.Attempts) != 4 || r.forged > 0 || r.ids[string(id)] != 4 || len(r.ids) != 1 || len(r.stamps) != 4 {
		t.Errorf("%+v; forged %d, ids %v, times %v", got, r.forged, r.ids, r.stamps)
	}
	if end, err := w.Endpoint(t.Context(), e); err != nil || !end.FailingSince.IsZero() {
		t.Errorf("%+v, %v", end, err)
	}
}

func TestADuplicateRingSendsNothingTwice(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL)
	r.of(t, w, e)
	w.owe(t, e, 40)
	one, two := w.worker(t, guarded(t, r.host())), w.worker(t, guarded(t, r.host()))
	var rings sync.WaitGroup
	for range 20 {
		for _, worker := range []*webhook.Worker{one, two} {
			rings.Go(func() { worker.Ring(e) })
		}
	}
	rings.Wait()
	w.await(t, 40)
	one.Ring(e)
	one.Drain(t.Context())
	two.Drain(t.Context())
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, n := range r.ids {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if len(r.ids) != 40 {
		t.Errorf("%d came", len(r.ids))
	}
}

// TestARestartInTheMiddleSendsAgainWithOneID loses the commit of what an answer
// came to, as a process does that is killed between the two.
func TestARestartInTheMiddleSendsAgainWithOneID(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL)
	r.of(t, w, e)
	id := w.owe(t, e, 1)[0]
	w.fail = errors.New("killed")
	first := w.worker(t, guarded(t, r.host()))
	first.Ring(e)
	w.await(t, 1)
	first.Drain(t.Context())

	second := w.worker(t, guarded(t, r.host()))
	must(t, second.Sweep(t.Context()))
	if due, err := w.DueEndpoints(t.Context(), w.clock(), 10); err != nil || len(due) > 0 {
		t.Errorf("due to %v while the lease lasts, %v", due, err)
	}
	w.pass(2 * time.Minute)
	must(t, second.Sweep(t.Context()))
	w.await(t, 1)
	if got := w.log(t, e)[0]; got.State != delivery.Delivered || r.ids[string(id)] != 2 || len(r.ids) != 1 || r.forged > 0 {
		t.Errorf("%+v; received %v", got, r.ids)
	}
}

func TestAnEndpointThatIsGoneIsSwitchedOffAndTheRestKept(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL)
	r.of(t, w, e).answers = []int{410}
	w.owe(t, e, 1)
	worker := w.worker(t, guarded(t, r.host()))
	worker.Ring(e)
	w.await(t, 1)
	got, err := w.Endpoint(t.Context(), e)
	if err != nil || got.Enabled || got.Why == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if l := w.log(t, e)[0]; l.State != delivery.Failed || l.Attempts[0].Status != 410 {
		t.Errorf("%+v", l)
	}
}

func TestAnEndpointThatAsksForRestGetsIt(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	e := w.endpoint(t, r.URL)
	r.of(t, w, e).answers = []int{429}
	w.owe(t, e, 1)
	worker := w.worker(t, guarded(t, r.host()))
	worker.Ring(e)
	w.await(t, 1)
	w.owe(t, e, 1) // something new has to wait as well
	w.pass(30 * time.Second)
	must(t, worker.Sweep(t.Context()))
	worker.Ring(e)
	w.pass(31 * time.Second)
	worker.Ring(e)
	w.await(t, 2)
	if len(r.ids) != 2 {
		t.Errorf("received %v", r.ids)
	}
	for _, l := range w.log(t, e) {
		if at := l.Attempts[len(l.Attempts)-1].At; l.State != delivery.Delivered || w.clock().Sub(at) > time.Second {
			t.Errorf("%s at %s", l.State, at)
		}
	}
}

func TestDrainWaitsForWhatIsUnderWayAndBeginsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, answer := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { begun <- struct{}{}; <-answer }))
	t.Cleanup(server.Close)
	e := w.endpoint(t, server.URL)
	w.owe(t, e, 1)
	worker := w.worker(t, guarded(t, strings.TrimPrefix(server.URL, "http://")))
	worker.Ring(e)
	<-begun
	w.owe(t, e, 1)
	drained := make(chan struct{})
	go func() { worker.Drain(context.Background()); close(drained) }()
	close(answer)
	<-drained
	worker.Ring(e)
	logs := w.log(t, e)
	if logs[0].State != delivery.Delivered || logs[1].State != delivery.Due {
		t.Errorf("%+v", logs)
	}
}

func TestWhatADrainCutsOffIsNotCountedAgainstTheEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		begun <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	e := w.endpoint(t, server.URL)
	w.owe(t, e, 1)
	worker := w.worker(t, guarded(t, strings.TrimPrefix(server.URL, "http://")))
	worker.Ring(e)
	<-begun
	now, cancel := context.WithCancel(t.Context())
	cancel()
	worker.Drain(now)
	if l := w.log(t, e)[0]; l.State != delivery.Due || l.Attempt != 0 || len(l.Attempts) != 0 {
		t.Errorf("%+v", l)
	}
	if got, err := w.Endpoint(t.Context(), e); err != nil || !got.FailingSince.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}
