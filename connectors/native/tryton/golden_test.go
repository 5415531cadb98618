package tryton_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/connectors/native/tryton"
	"portico/sync/remote"
	"portico/sync/valid"
)

var update = flag.Bool("update", false, "write the golden records anew")

// replay answers with pages as Tryton writes them, by model. They hold what must
// never leave too, as if Tryton ignored what it was asked.
func replay(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req struct {
			ID     int
			Method string
			Params []json.RawMessage
		}
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
			t.Error(err)
		}
		result := json.RawMessage("0")
		switch {
		case req.Method == "common.db.login":
			result = json.RawMessage(`[2,"339923e0"]`)
		case strings.HasSuffix(req.Method, "get_preferences"):
			result = json.RawMessage(`{"company":1,"companies":[1],"company_filter":"one","language":"en"}`)
		case strings.HasSuffix(req.Method, ".search_read"):
			name := strings.TrimSuffix(strings.TrimPrefix(req.Method, "model."), ".search_read")
			data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Error(err)
			}
			result = data
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"id": req.ID, "result": result})
	}))
	t.Cleanup(server.Close)
	return server
}

func TestRecordedPagesBecomeTheGoldenRecords(t *testing.T) {
	t.Parallel()
	c, conn := tryton.New(), conn(t, replay(t).URL, "x")
	for _, stream := range c.Spec().Streams {
		out := pull(t, c, conn, stream.Name, remote.Changes, nil)
		for _, r := range out.records() {
			if err := valid.Struct(r); err != nil {
				t.Errorf("%s %s: %v", r.Kind, r.External, err)
			}
		}
		got, err := json.MarshalIndent(map[string]any{"records": out.records(), "rejects": out.rejects(), "gone": gone(out)}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, '\n'); bytes.Contains(got, []byte("Internal")) {
			t.Errorf("%s: what is internal left the connector", stream.Name)
		}
		golden := filepath.Join("testdata", "golden", stream.Name+".json")
		if *update {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from %s; look at it, then run with -update\n%s", stream.Name, golden, got)
		}
	}
}

// gone names what a pull says is no longer there.
func gone(s *sink) []string {
	out := []string{}
	for _, p := range s.pages {
		for _, ref := range p.Deleted {
			out = append(out, string(ref.Kind)+" "+ref.External)
		}
	}
	return out
}
