package tape_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/connectors/tape"
)

const secret = "s3cr3t/+key"

var taken = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// system answers a path with a text, and says a cookie with everything.
func system(t *testing.T, answers map[string]string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusTeapot)
		}
		w.Header().Set("Content-Type", "application/json")
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "cookie-of-somebody"})
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "BASE", "http://"+r.Host))
	}))
	t.Cleanup(server.Close)
	return server
}

// ask sends questions through a way and returns the answers.
func ask(t *testing.T, way http.RoundTripper, questions ...string) []string {
	t.Helper()
	var out []string
	for _, q := range questions {
		method, address, _ := strings.Cut(q, " ")
		address, body, _ := strings.Cut(address, " ")
		r := httptest.NewRequest(method, address, strings.NewReader(body))
		r.RequestURI = ""
		r.SetBasicAuth("portal@halden.test", secret)
		resp, err := way.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it was read whole
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(data))
	}
	return out
}

// written is everything in a folder as one text.
func written(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		b.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const people = `{"items":[
 {"id":7,"requester":{"name":"Ines Albrecht","email":"Ines.Albrecht@Nordwind.test","phone":"030 1234567","login":"ialbrecht"},
  "company":{"id":3,"name":"Nordwind Logistik"},"author":"Jo\u00e3o Prado","updated":"2026-11-20T10:00:00Z",
  "text":"Hello Ines, Albrecht called +49 30 555 12345 for Nordwind Logistik. Write to ines.albrecht@nordwind.test. JO\u00c3O agrees.",
  "session_token":"tok-of-the-system","token_type":"Bearer","next_page_token":"page-2-token","href":"BASE/items/7?by=ialbrecht"}]}`

func TestWhatIsRecordedNamesNobody(t *testing.T) {
	t.Parallel()
	server := system(t, map[string]string{"/items": people, "/users/ialbrecht": `{"real_name":"Ines Albrecht","jwt":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"}`, "/echo": `"tok-of-the-system"`})
	dir := t.TempDir()
	r := tape.NewRecorder(http.DefaultTransport, []string{secret})
	ask(t, r, "GET "+server.URL+"/items?since=2026-11-01&api_key=s3cr3t%2F%2Bkey", "GET "+server.URL+"/users/ialbrecht", "GET "+server.URL+"/echo")
	got, err := r.Write(dir, taken, map[string]string{"url": server.URL, "user": "portal@halden.test"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := written(t, dir)
	for _, private := range []string{secret, "s3cr3t", "Ines", "ines", "Albrecht", "albrecht", "Prado", "Jo", "Nordwind", "nordwind", "1234567", "12345", "tok-of-the-system",
		"eyJ", "cookie-of-somebody", "portal@halden", strings.TrimPrefix(server.URL, "http://")} {
		if strings.Contains(all, private) {
			t.Errorf("%q is on the tape:\n%s", private, all)
		}
	}
	for _, kept := range []string{"2026-11-20T10:00:00Z", "Bearer", "page-2-token", "Hello ", "\"id\": 7", tape.Host + "/items/7"} {
		if !strings.Contains(all, kept) {
			t.Errorf("%q is not on the tape any more:\n%s", kept, all)
		}
	}
	if got.Settings["url"] != tape.Host || !strings.HasPrefix(got.Settings["user"], "person") {
		t.Errorf("settings: %v", got.Settings)
	}
}

// What belongs together before still does.
func TestTheSameIsReplacedByTheSame(t *testing.T) {
	t.Parallel()
	server := system(t, map[string]string{
		"/a": `{"customer":"Nordwind","mail":"ines@nordwind.test","owner_name":"Ines Vogt"}`,
		"/b": `{"text":"From ines@nordwind.test and otto@nordwind.test to Nordwind: Ines Vogt asks","customer":"Nordwind"}`})
	dir := t.TempDir()
	r := tape.NewRecorder(http.DefaultTransport, nil)
	ask(t, r, "GET "+server.URL+"/a", "GET "+server.URL+"/b")
	if _, err := r.Write(dir, taken, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	all := written(t, dir)
	if strings.Count(all, "person1@mail1.example") != 2 || strings.Count(all, "person2@mail1.example") != 1 || strings.Count(all, "Company 1") != 3 || strings.Contains(all, "Vogt") {
		t.Error(all)
	}
}

// A credential that an answer says in a form of its own keeps everything from being written.
func TestNothingIsWrittenWhileACredentialStands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := system(t, map[string]string{"/a": `{"n":"1x"}`})
	r := tape.NewRecorder(http.DefaultTransport, []string{"1"})
	ask(t, r, "GET "+server.URL+"/a")
	_, err := r.Write(dir, taken, nil, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "credential") || written(t, dir) != "" {
		t.Errorf("%v\n%s", err, written(t, dir))
	}
}

func TestATapeAnswersWhatWasAsked(t *testing.T) {
	t.Parallel()
	server := system(t, map[string]string{"/items": people, "/find": `{"items":[]}`})
	dir := t.TempDir()
	r := tape.NewRecorder(http.DefaultTransport, []string{secret})
	ask(t, r, "GET "+server.URL+"/items?since=2026-11-01T10:00:00Z&page=2", `POST `+server.URL+`/find {"after":"2026-11-01","state":["open"]}`, "GET "+server.URL+"/items?since=2026-11-01T10:00:00Z&page=2")
	if _, err := r.Write(dir, taken, nil, []string{"items"}, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := tape.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Exchanges) != 2 || !loaded.Taken.Equal(taken) || len(loaded.Partial) != 1 {
		t.Errorf("%+v", loaded)
	}
	play := loaded.Replay()
	got := ask(t, play, "GET "+tape.Host+"/items?page=2&since=2027-02-03T04:05:06Z", "POST "+tape.Host+`/find { "state": ["open"], "after": "2027-01-01" }`, "GET "+tape.Host+"/items?page=3&since=2026-11-01T10:00:00Z")
	if !strings.Contains(got[0], "page-2-token") || got[1] != `{"items":[]}` || !strings.Contains(got[2], "not recorded") {
		t.Errorf("%q", got)
	}
	if u := play.Unknown(); len(u) != 1 || !strings.Contains(u[0], "page=3") {
		t.Errorf("unknown: %v", u)
	}
}
