package connectortest

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/vendorfake/faults"
	"portico/sync/remote"
)

// Manifest is a Target's Connector that is written as a manifest. It is compiled
// anew for each check, so that no two share a circuit breaker.
func Manifest(files fs.FS, name string) func(testing.TB) remote.Connector {
	return func(t testing.TB) remote.Connector {
		t.Helper()
		m, err := manifest.Load(files, name)
		if err != nil {
			t.Fatal(err)
		}
		return engine.New(m)
	}
}

// Serve puts a fake behind knobs on an address of its own until the test ends.
func Serve(t testing.TB, clock *Clock, fake http.Handler) (address string, knobs *faults.Knobs) {
	t.Helper()
	knobs = faults.Wrap(fake, clock.Now)
	server := httptest.NewServer(knobs)
	t.Cleanup(server.Close)
	return server.URL, knobs
}
