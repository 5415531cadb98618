package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/sync/delivery"
	"portico/sync/jobs"
	"portico/sync/store/storetest"
)

// TestACommandRingsForWhatItOwes lets another process hear of a test message.
// Database 0 is this test's: the queue's own tests empty the others.
func TestACommandRingsForWhatItOwes(t *testing.T) {
	t.Parallel()
	address := os.Getenv("PORTICO_TEST_REDIS")
	if address == "" {
		t.Skip("PORTICO_TEST_REDIS names no server")
	}
	at, data := storetest.Migrated(t), filepath.Join(t.TempDir(), "data")
	cfg := config.Defaults()
	cfg.Data, cfg.Database.Path, cfg.KeyFile = data, filepath.Join(data, "portico.db"), filepath.Join(data, "keys", "key")
	cfg.Database.URL, cfg.Database.SystemURL, cfg.Database.OwnerURL = at.Server.App, at.Server.System, at.Server.Owner
	cfg.Redis = "redis://" + address + "/0"
	a := app.New(cfg, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { must(t, a.Close()) })
	queue, err := jobs.Open(&jobs.Redis{Addrs: []string{address}}, nil)
	must(t, err)
	t.Cleanup(func() { must(t, queue.Close()) })
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, _, err := a.AddEndpoint(t.Context(), delivery.Endpoint{URL: "https://books.example/hook", Types: delivery.Types(), Rate: 10}, "", nil)
	must(t, err)
	_, err = a.TestEndpoint(t.Context(), e.ID)
	must(t, err)
	heard := make(chan jobs.Task, 10)
	server := jobs.NewServer(queue, map[jobs.Name]jobs.Handler{jobs.DeliverWebhooks: func(_ context.Context, task jobs.Task) error {
		heard <- task
		return nil
	}}, jobs.ServerOptions{})
	must(t, server.Start())
	defer func() { must(t, server.Stop(context.WithoutCancel(t.Context()))) }()
	select {
	case <-heard:
	case <-t.Context().Done():
		t.Fatal("nobody was rung")
	}
}
