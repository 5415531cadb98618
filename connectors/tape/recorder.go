package tape

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"portico/sync/fault"
)

// largest is how much of one answer is recorded, in bytes.
const largest = 8 << 20

// Recorder is a way to a system that remembers what went by, in memory only. It is
// safe for concurrent use.
type Recorder struct {
	next http.RoundTripper

	mu      sync.Mutex
	raw     []heard
	secrets []string
}

// heard is one exchange as it was.
type heard struct {
	method, host, path string
	query              [][2]string
	asked              []byte
	status             int
	headers            map[string]string
	body               []byte
}

// NewRecorder listens on the way next. The secrets are those of the connection.
func NewRecorder(next http.RoundTripper, secrets []string) *Recorder {
	return &Recorder{next: next, secrets: slices.Clone(secrets)}
}

// RoundTrip implements http.RoundTripper.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var asked []byte
	if req.Body != nil {
		var err error
		if asked, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it was read whole
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(asked))
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	_ = resp.Body.Close() // what was read counts
	if err != nil {
		return nil, err
	}
	if len(body) > largest {
		return nil, fault.Newf(fault.TooLarge, "An answer is larger than %d MB, which is too much for a recording. Ask for smaller pages.", largest>>20)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.note(req, asked, resp, body)
	return resp, nil
}

func (r *Recorder) note(req *http.Request, asked []byte, resp *http.Response, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, carried(req, resp)...)
	if !utf8.Valid(body) {
		return // the bytes of a file
	}
	r.raw = append(r.raw, heard{method: req.Method, host: req.URL.Scheme + "://" + req.URL.Host, path: req.URL.Path, query: pairs(req.URL.Query()), asked: asked,
		status: resp.StatusCode, headers: kept(resp.Header), body: body})
}

// carried are the credentials that go by in headers.
func carried(req *http.Request, resp *http.Response) []string {
	var out []string
	for name, values := range req.Header {
		if !guarded(name) {
			continue
		}
		for _, v := range values {
			scheme, token, ok := strings.Cut(v, " ")
			if !ok {
				token = scheme
			}
			if len(token) >= 6 {
				out = append(out, token)
			}
			if plain, err := base64.StdEncoding.DecodeString(token); err == nil && strings.EqualFold(scheme, "basic") {
				_, password, _ := strings.Cut(string(plain), ":")
				out = append(out, password)
			}
		}
	}
	for _, c := range append(req.Cookies(), resp.Cookies()...) {
		out = append(out, c.Value)
	}
	return out
}

// pairs are the values of a query in a steady order.
func pairs(q map[string][]string) [][2]string {
	var out [][2]string
	for name, values := range q {
		for _, v := range values {
			out = append(out, [2]string{name, v})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1]) })
	return out
}

// kept are the headers of an answer that may mean something to a connector.
func kept(h http.Header) map[string]string {
	out := map[string]string{}
	for name := range h {
		if !guarded(name) && !slices.Contains(dull, name) {
			out[name] = strings.Join(h.Values(name), ", ")
		}
	}
	return out
}

var dull = []string{"Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "Server", "Strict-Transport-Security", "Vary"}

// Write cleans what was heard and writes it into the folder of a connector, all or
// nothing. also names more members whose values are replaced.
func (r *Recorder) Write(dir string, taken time.Time, settings map[string]string, partial, also []string) (*Tape, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := newScrubber(r.secrets, also)
	for _, h := range r.raw {
		s.learn(h)
	}
	t := &Tape{Taken: taken.UTC().Truncate(time.Second), Settings: map[string]string{}, Partial: partial}
	for name, value := range settings {
		t.Settings[name] = s.text(value)
	}
	seen := map[string]bool{}
	for _, h := range r.raw {
		e := s.clean(h)
		if key := e.Request.key(exact); !seen[key] {
			seen[key] = true
			t.Exchanges = append(t.Exchanges, e)
		}
	}
	files, err := t.files()
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		if s.leaks(data) {
			return nil, fault.Newf(fault.Setup, "Nothing was written: a credential would still stand in testdata/%s. It may be in an answer in another form, or be too short to be told from other text.", name)
		}
	}
	return t, t.save(dir, files)
}
