package requesttracker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/connectors/vendorfake/requesttracker"
)

// The fake is held against a real Request Tracker 5: the same requests, in the
// same order, must come to the same status, the same headers that matter and
// the same shape of answer; sentences must be equal but for their numbers.
//
// PORTICO_TEST_RT is the address of its REST2 (…/REST/2.0) and
// PORTICO_TEST_RT_TOKEN the token of a privileged user who may not delete. The
// test makes a few tickets there. It expects a queue Support, a catalog Client
// equipment with an asset 1, and the custom fields of the fake.
func TestLikeTheRealOne(t *testing.T) {
	t.Parallel()
	base, token := os.Getenv("PORTICO_TEST_RT"), os.Getenv("PORTICO_TEST_RT_TOKEN")
	if base == "" || token == "" {
		t.Skip("PORTICO_TEST_RT and PORTICO_TEST_RT_TOKEN name no Request Tracker to compare with")
	}
	real := &side{base: base, token: token, vars: map[string]string{}}
	fake := fakeSide(t)
	for _, step := range script {
		want, got := real.do(t, step), fake.do(t, step)
		for _, difference := range want.differences(got) {
			t.Errorf("%s %s %s\n\t%s", step.method, step.path, step.body, difference)
		}
	}
}

func fakeSide(t *testing.T) *side {
	t.Helper()
	f, err := requesttracker.New(requesttracker.Options{Tokens: map[string]string{"t": "hub"}, Organization: "msp.example"})
	if err != nil {
		t.Fatal(err)
	}
	f.AddUser(requesttracker.User{Name: "hub", Email: "hub@msp.example", RealName: "Integration hub", Organization: "MSP", Access: requesttracker.Service})
	f.AddUser(requesttracker.User{Name: "mara.stein", Email: "mara.stein@msp.example", RealName: "Mara Stein", Access: requesttracker.Service})
	f.AddUser(requesttracker.User{Name: "ines.vogt@nordwind.example", Email: "ines.vogt@nordwind.example", RealName: "Ines Vogt", Organization: "Nordwind Logistik GmbH"})
	f.AddAsset(requesttracker.Asset{Name: "HAM-FW-01", Description: "FortiGate 60F", Status: "in-use", HeldBy: "ines.vogt@nordwind.example", Owner: "mara.stein", Fields: map[string]string{
		"Asset Client": "Nordwind Logistik GmbH", "Model": "FortiGate 60F", "Serial Number": "X1", "Warranty Until": "2027-03-31", "Location": "Rack"}})
	for range 30 { // more than one page of 20
		f.AddTicket(requesttracker.Ticket{Queue: "General", Subject: "Another"})
	}
	f.AddTicket(requesttracker.Ticket{Queue: "Support", Subject: "First", Requestor: "ines.vogt@nordwind.example", Fields: map[string]string{"Client": "Nordwind Logistik GmbH", "Severity": "S2"}})
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return &side{base: srv.URL + requesttracker.Base, token: "t", vars: map[string]string{}}
}

// step is one request. {name} in path, body and match stands for what an earlier
// step kept; keep names what to remember of the id at the end of Location.
type step struct {
	method, path, body string
	match              string // If-Match
	keep               string
}

// side is one of the two systems.
type side struct {
	base, token string
	vars        map[string]string
}

type outcome struct {
	status  int
	headers []string
	shape   map[string]string
	texts   []string
}

func (s *side) do(t *testing.T, st step) outcome {
	t.Helper()
	fill := func(text string) string {
		for name, value := range s.vars {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	req, err := http.NewRequestWithContext(t.Context(), st.method, s.base+fill(st.path), strings.NewReader(fill(st.body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+s.token)
	if st.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if st.match != "" {
		req.Header.Set("If-Match", fill(st.match))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if st.keep != "" {
		s.vars[st.keep] = digits.FindString(lastPart(res.Header.Get("Location")) + strings.Trim(res.Header.Get("ETag"), `"`))
	}
	out := outcome{status: res.StatusCode, shape: map[string]string{}}
	for _, name := range []string{"ETag", "Location", "Last-Modified", "Content-Type"} {
		if v := res.Header.Get(name); v != "" && (name != "Content-Type" || len(body) > 0) {
			out.headers = append(out.headers, name+" "+mask(v))
		}
	}
	var v any
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatalf("%s %s: %v in %s", st.method, st.path, err, body)
		}
		shape(out.shape, "", v)
		out.texts = sentences(v)
	}
	return out
}

func lastPart(path string) string { return path[strings.LastIndex(path, "/")+1:] }

var (
	digits = regexp.MustCompile(`\d+`)
	date   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	prefix = regexp.MustCompile(`^Asset [^:]+:`)
	parser = regexp.MustCompile(`(JSON parse error:).*`)
)

func mask(s string) string { return digits.ReplaceAllString(s, "N") }

// shape notes for every path what kind of value stands there. The rows of a
// list share a path, so their kinds are put together.
func shape(into map[string]string, path string, v any) {
	note := func(kind string) {
		if have := into[path]; !slices.Contains(strings.Split(have, "|"), kind) {
			kinds := append(strings.FieldsFunc(have, func(r rune) bool { return r == '|' }), kind)
			slices.Sort(kinds)
			into[path] = strings.Join(kinds, "|")
		}
	}
	switch v := v.(type) {
	case map[string]any:
		note("object")
		for name, inner := range v {
			if strings.Contains(name, "CustomRole") {
				continue // roles of an installation, not of the interface
			}
			shape(into, path+"."+name, inner)
		}
	case []any:
		note("list")
		for _, inner := range v {
			if m, ok := inner.(map[string]any); ok && m["ref"] == "customrole" {
				continue
			}
			shape(into, path+"[]", inner)
		}
	case string:
		switch {
		case v == "1970-01-01T00:00:00Z":
			note("no date")
		case date.MatchString(v):
			note("date")
		case v == "":
			note("empty")
		case digits.FindString(v) == v:
			note("digits")
		default:
			note("text")
		}
	default:
		note(fmt.Sprintf("%T", v))
	}
}

// sentences are the words of an error or of the answer to a write.
func sentences(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			out = append(out, fmt.Sprint(one))
		}
	case map[string]any:
		if m, ok := v["message"].(string); ok {
			out = append(out, m)
		}
	}
	for i := range out {
		out[i] = parser.ReplaceAllString(mask(strings.TrimSpace(out[i])), "$1")
		out[i] = prefix.ReplaceAllString(out[i], "Asset X:") // the original names it or numbers it, as its cache has it
	}
	return out
}

func (want outcome) differences(got outcome) []string {
	var out []string
	if want.status != got.status {
		out = append(out, fmt.Sprintf("status: real %d, fake %d", want.status, got.status))
	}
	if !slices.Equal(want.headers, got.headers) {
		out = append(out, fmt.Sprintf("headers: real %q, fake %q", want.headers, got.headers))
	}
	if !slices.Equal(want.texts, got.texts) {
		out = append(out, fmt.Sprintf("sentences: real %q, fake %q", want.texts, got.texts))
	}
	paths := maps.Clone(want.shape)
	maps.Copy(paths, got.shape)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if want.shape[path] != got.shape[path] {
			out = append(out, fmt.Sprintf("%s: real %q, fake %q", path, want.shape[path], got.shape[path]))
		}
	}
	return out
}
