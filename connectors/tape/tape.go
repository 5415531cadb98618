// Package tape keeps what a system answered, so that its connector can be tried
// without it. It promises that nothing is written in which a credential that it
// was given, or that it saw going by, still stands, and that people, companies,
// mail addresses and phone numbers are replaced, the same by the same everywhere,
// so that what belongs together still does.
//
// It hides the files, the stand-ins, and how a question is recognised although
// its times differ. What people write in sentences is kept, but for the above:
// whoever records looks through it before they pass it on.
package tape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Standin is what every credential of a connection is on a tape.
const Standin = "recorded-secret"

// Host is where the system is on a tape.
const Host = "https://system.example"

// Tape is a recording. The files of it are testdata/recording.json and
// testdata/pages/*.json in the folder of the connector.
type Tape struct {
	Taken    time.Time         `json:"taken"`
	Settings map[string]string `json:"settings"`
	// Partial are streams of which only the beginning was recorded.
	Partial   []string   `json:"partial,omitempty"`
	Exchanges []Exchange `json:"-"`
}

// Exchange is one question and its answer.
type Exchange struct {
	Request Request `json:"request"`
	Answer  Answer  `json:"answer"`
}

// Request is what was asked: never its headers, which is where credentials are.
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"` // decoded
	Query  [][2]string     `json:"query,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"` // JSON, or a text as one
}

// Answer is what the system said.
type Answer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
	Text    string            `json:"text,omitempty"` // when the body is no JSON
}

const (
	folder = "testdata"
	record = "recording.json"
	pages  = "pages"
)

// Load reads the tape in the folder of a connector. fs.ErrNotExist is in the chain
// when there is none.
func Load(dir string) (*Tape, error) {
	t := &Tape{}
	if err := read(filepath.Join(dir, folder, record), t); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, folder, pages, "*.json")) // sorted
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	for _, name := range names {
		var e Exchange
		if err := read(name, &e); err != nil {
			return nil, err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, e.Answer.Body); err == nil {
			e.Answer.Body = compact.Bytes()
		}
		t.Exchanges = append(t.Exchanges, e)
	}
	return t, nil
}

func read(path string, into any) error {
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the folder
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return err
}

// save writes the tape in place of an older one. The files were checked.
func (t *Tape) save(dir string, files map[string][]byte) error {
	at := filepath.Join(dir, folder, pages)
	old, err := filepath.Glob(filepath.Join(at, "*.json"))
	if err != nil {
		return fmt.Errorf("list the pages: %w", err)
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("remove the recording before: %w", err)
		}
	}
	if err := os.MkdirAll(at, 0o750); err != nil {
		return fmt.Errorf("make %s: %w", at, err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, folder, name), data, 0o600); err != nil {
			return fmt.Errorf("write the recording: %w", err)
		}
	}
	return nil
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// files are what is to be written, by its name below testdata.
func (t *Tape) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	put := func(name string, v any) error {
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		out[name] = append(data, '\n')
		return nil
	}
	if err := put(record, t); err != nil {
		return nil, err
	}
	for i, e := range t.Exchanges {
		what := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(e.Request.Method+" "+e.Request.Path), "-"), "-")
		if err := put(fmt.Sprintf("%s/%03d-%s.json", pages, i+1, what[:min(len(what), 60)]), e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
