package requesttracker_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/sync/record"
	"portico/sync/remote"
)

var update = flag.Bool("update", false, "write the golden records anew")

// replay answers with recorded pages. The list of transactions is unfiltered and
// texts hold internal notes, as if the system ignored what it was asked.
func replay(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		name := map[string]string{"user/hub": "user", "attachments": "texts", "attachment/48": "attachment"}[strings.TrimPrefix(r.URL.Path, "/REST/2.0/")]
		if name == "" {
			name = filepath.Base(r.URL.Path)
		}
		if name == "texts" && bytes.Contains(body, []byte(`"!="`)) {
			name = "files"
		}
		data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", `application/json; charset="utf-8"`)
		_, _ = w.Write(data)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestRecordedPagesBecomeTheGoldenRecords(t *testing.T) {
	t.Parallel()
	server := replay(t)
	c, conn := connector(t), conn(t, server.URL+"/", "1-31-x")
	for _, stream := range c.Spec().Streams {
		out := pull(t, c, conn, stream.Name, remote.Changes, nil)
		if len(out.rejects()) > 0 {
			t.Errorf("%s: %v", stream.Name, out.rejects())
		}
		got, err := json.MarshalIndent(out.records(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(bytes.ReplaceAll(got, []byte(server.URL), []byte("https://rt.example.com")), '\n')
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

func TestAnInternalNoteNeverLeaves(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile("testdata/texts.json")
	if err != nil || !bytes.Contains(recorded, []byte("Internal: firmware bug")) {
		t.Fatalf("the recording lost its internal note (%v)", err)
	}
	server := replay(t)
	out := pull(t, connector(t), conn(t, server.URL, "1-31-x"), "conversation", remote.Changes, nil)
	all, err := json.Marshal(out.pages)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(all, []byte("Internal:")) || bytes.Contains(all, []byte("automatically generated")) {
		t.Errorf("an internal note or a mail record left the connector: %s", all)
	}
}

func TestAFileIsOpened(t *testing.T) {
	t.Parallel()
	server := replay(t)
	file, err := connector(t).Open(t.Context(), conn(t, server.URL, "1-31-x"), record.Ref{Kind: record.KindAttachment, External: "48"})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil || string(data) != "item,hours,amount\nOverage,3.5,332.50\n" {
		t.Errorf("read %q (%v)", data, err)
	}
}

func TestATrailerForgedBySomebodyElseIsNotHonoured(t *testing.T) {
	t.Parallel()
	server := replay(t)
	own := pull(t, connector(t), conn(t, server.URL, "x"), "conversation", remote.Changes, nil)
	other := conn(t, server.URL, "x")
	other.Settings["user"] = "somebody" // the same entries, seen by a connection whose user did not write them
	server.Config.Handler = renamed(server.Config.Handler)
	foreign := pull(t, connector(t), other, "conversation", remote.Changes, nil)
	if signed(own) == 0 || signed(foreign) > 0 {
		t.Errorf("%d of our own entries recognised, %d of somebody else's", signed(own), signed(foreign))
	}
}

// renamed answers for any user with the recorded one.
func renamed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/user/") {
			r.URL.Path = "/REST/2.0/user/hub"
		}
		next.ServeHTTP(w, r)
	})
}

func signed(s *sink) int {
	n := 0
	for _, r := range s.records() {
		if c, ok := r.Body.(record.Comment); ok && c.ActionRef != "" {
			n++
		}
	}
	return n
}
