package webhook_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/sync/delivery"
	"portico/sync/egress"
	"portico/sync/store"
	"portico/sync/store/storetest"
	"portico/sync/webhook"
)

// world is a real store with a clock that tests move by hand.
type world struct {
	*store.System
	settled chan struct{} // a signal per commit of what attempts came to

	mu   sync.Mutex
	now  time.Time
	fail error // of the next commit
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// SettleDeliveries says when it was done, or fails as a store that dies.
func (w *world) SettleDeliveries(ctx context.Context, id delivery.EndpointID, list []delivery.Settled) error {
	w.mu.Lock()
	fail := w.fail
	w.fail = nil
	w.mu.Unlock()
	defer func() {
		for range list {
			w.settled <- struct{}{}
		}
	}()
	if fail != nil {
		return fail
	}
	return w.System.SettleDeliveries(ctx, id, list)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Now().UTC().Truncate(time.Second), settled: make(chan struct{}, 1000)}
	w.System = storetest.Open(t, w.clock).System()
	return w
}

// keys takes what is stored for what it is: the tests seal nothing.
func keys(_ context.Context, e delivery.Endpoint) (webhook.Keys, error) {
	return webhook.Keys{Secrets: []string{e.Secret}, Headers: map[string]string{"Authorization": "Bearer hunter2"}}, nil
}

// worker delivers over a client that may reach the given host:port pairs.
func (w *world) worker(t *testing.T, client *http.Client) *webhook.Worker {
	t.Helper()
	worker := webhook.New(webhook.Options{Store: w, Keys: keys, Client: client, Now: w.clock, Jitter: func() float64 { return 0 }})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		worker.Drain(ctx)
	})
	return worker
}

// guarded is the client of the program, with addresses of the test allowed.
func guarded(t *testing.T, allow ...string) *http.Client {
	t.Helper()
	policy, err := egress.Public(allow...)
	must(t, err)
	client, err := egress.Client(egress.Options{Policy: policy})
	must(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (w *world) endpoint(t *testing.T, url string) delivery.EndpointID {
	t.Helper()
	id := delivery.NewEndpointID()
	must(t, w.CreateEndpoint(t.Context(), delivery.Endpoint{ID: id, URL: url, Types: delivery.Types(), Rate: 1000, Secret: webhook.NewSecret()}))
	return id
}

func (w *world) owe(t *testing.T, e delivery.EndpointID, n int) (ids []delivery.MessageID) {
	t.Helper()
	for range n {
		id, err := w.SendTest(t.Context(), e)
		must(t, err)
		ids = append(ids, id)
	}
	return ids
}

// await waits until n attempts were settled.
func (w *world) await(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-w.settled:
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}

// log is what became of the deliveries of an endpoint, oldest first.
func (w *world) log(t *testing.T, e delivery.EndpointID) []delivery.Log {
	t.Helper()
	list, err := w.Deliveries(t.Context(), e, "", 1000)
	must(t, err)
	slices.Reverse(list)
	return list
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
