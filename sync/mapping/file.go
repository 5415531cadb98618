// Package mapping is what people have decided about one connection, as a file: its
// settings, what its statuses mean, which of its companies is which account, and
// which connection is believed beside it. It promises that no credential is ever in
// a file, that a file which is not wholly understood is refused whole, and that a
// company is proposed for an account only under the key and the name that it has
// here. It does no I/O: it reads, compares and says what would change.
package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Format names such a file, and Version the shape that this program writes and reads.
const (
	Format  = "portico connection"
	Version = 1
)

// Most that a file may hold.
const (
	MostBytes = 2 << 20
	mostLines = 20_000
)

// File is the mapping of a connection.
type File struct {
	Format      string            `json:"format"`
	Version     int               `json:"version"`
	Made        time.Time         `json:"made"`
	Connector   string            `json:"connector"`
	Name        string            `json:"name"`
	Settings    map[string]string `json:"settings"`
	Statuses    []Meaning         `json:"statuses"`
	Companies   []Company         `json:"companies"`
	Authorities []Believed        `json:"authorities"`
}

// Meaning is a row of the status dictionary.
type Meaning struct {
	Kind        record.Kind  `json:"kind"`
	Raw         string       `json:"raw"`
	State       record.State `json:"state"`
	Label       string       `json:"label"`
	Explanation string       `json:"explanation"`
	Turn        record.Turn  `json:"turn"`
	Guessed     bool         `json:"guessed,omitempty"` // nobody has looked at it
}

// Company is a company of the source that is an account. The account's id tells it in
// the Portico that made the file, its name everywhere else.
type Company struct {
	Key       string `json:"key"`
	Name      string `json:"name"`
	Account   string `json:"account"`
	AccountID string `json:"account_id"`
}

// Believed says which of two connections is the authority for a kind.
type Believed struct {
	Kind     record.Kind     `json:"kind"`
	With     string          `json:"with"` // the other connection's name
	Believed Side            `json:"believed"`
	Alone    authority.Alone `json:"alone"` // what becomes of things that only the one that is not believed has
}

// Side is one of the two connections of a choice.
type Side string

// Sides.
const (
	This  Side = "this"
	Other Side = "other"
)

// State is a connection as it is, with what a file may name.
type State struct {
	Connection  remote.Connection
	Spec        remote.Spec
	Meanings    []record.Meaning
	Companies   []run.Company
	Accounts    []record.AccountInfo
	Rules       []authority.Rule
	Connections []remote.Connection
}

// Of is the mapping of a connection as it is. Statuses that nobody has mapped and
// companies that are no account are left out: nobody has decided about them.
func Of(s State, made time.Time) File {
	f := File{Format: Format, Version: Version, Made: made.UTC().Truncate(time.Second), Connector: s.Connection.Connector, Name: s.Connection.Name,
		Settings: map[string]string{}, Statuses: []Meaning{}, Companies: []Company{}, Authorities: []Believed{}}
	for _, field := range s.Spec.Fields {
		if value := s.Connection.Settings[field.Name]; value != "" && carried(field) {
			f.Settings[field.Name] = value
		}
	}
	for _, m := range s.Meanings {
		if m.State != record.StateUnmapped {
			f.Statuses = append(f.Statuses, Meaning(m))
		}
	}
	for _, c := range s.Companies {
		if !c.Account.ID.IsZero() {
			f.Companies = append(f.Companies, Company{c.Key, c.Name, c.Account.Name, c.Account.ID.String()})
		}
	}
	for _, r := range s.Rules {
		switch s.Connection.ID {
		case r.Authority:
			f.Authorities = append(f.Authorities, Believed{r.Kind, r.OtherName, This, r.Alone})
		case r.Other:
			f.Authorities = append(f.Authorities, Believed{r.Kind, r.AuthorityName, Other, r.Alone})
		}
	}
	return f
}

// carried reports whether a setting may be in a file: no credential, and nothing that
// a system told when somebody signed in there.
func carried(f remote.Field) bool { return f.Type != remote.SecretField && !f.Learned }

// Text is the file as it is written, for people too.
func (f File) Text() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(f)
	return out.Bytes(), fault.Wrap(fault.Internal, "encode mapping", err)
}

// Read reads a file for a connection. What is wrong with it is fault.Invalid, in words
// for the person who brings it.
func Read(text []byte, s State) (File, error) {
	wrong := func(format string, args ...any) (File, error) {
		return File{}, fault.Newf(fault.Invalid, format, args...)
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return wrong("Choose a file, or paste what stands in one.")
	}
	if len(text) > MostBytes {
		return wrong("A file has at most %d MB.", MostBytes>>20)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return wrong("This file is damaged, or no file of a connection: %s.", broken(text, err))
	}
	if head.Format != Format {
		return wrong("This is no file of a connection. One is made by “Download” on this page, or by portico connector export.")
	}
	if head.Version > Version {
		return wrong("This file was made by a newer Portico (version %d of the file). This one reads version %d; update it first.", head.Version, Version)
	}
	var f File
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil || f.Version < 1 {
		return wrong("This file is damaged: %s.", broken(text, err))
	}
	if f.Connector != s.Connection.Connector {
		return wrong("This file is of another kind of system (%q); this connection is of %q.", f.Connector, s.Connection.Connector)
	}
	if n := len(f.Settings) + len(f.Statuses) + len(f.Companies) + len(f.Authorities); n > mostLines {
		return wrong("A file has at most %d lines; this one has %d.", mostLines, n)
	}
	return f, f.check(s.Spec)
}

// broken says where a text stops being what it should be.
func broken(text []byte, err error) string {
	var at int64
	switch is := err.(type) { //nolint:errorlint // encoding/json returns these as they are
	case *json.SyntaxError:
		at = is.Offset
	case *json.UnmarshalTypeError:
		at = is.Offset
	case nil:
		return "it does not say which version it is"
	default:
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	return fmt.Sprintf("line %d cannot be read", 1+bytes.Count(text[:min(int(at), len(text))], []byte("\n")))
}

// check finds what no page would have let anybody enter.
func (f File) check(spec remote.Spec) error {
	for _, field := range spec.Fields {
		if field.Type == remote.SecretField && f.Settings[field.Name] != "" {
			return fault.Newf(fault.Invalid, "This file holds a credential (%s). Credentials are entered, never brought by a file. Take it out, and renew it if others have seen the file.", field.Label)
		}
	}
	for i, m := range f.Statuses {
		if err := m.check(i); err != nil {
			return err
		}
	}
	told := map[string]bool{}
	for i, c := range f.Companies {
		if c.Key == "" || c.Account == "" || told[c.Key] {
			return fault.Newf(fault.Invalid, "Company %d (%s) has no key or no account, or stands there twice.", i+1, c.Key)
		}
		told[c.Key] = true
	}
	for i, b := range f.Authorities {
		if !slices.Contains(authority.Kinds, b.Kind) || b.With == "" || b.Believed != This && b.Believed != Other ||
			b.Alone != authority.Shown && b.Alone != authority.Held {
			return fault.Newf(fault.Invalid, "Choice %d of an authority is not one that can be made: kind %q with %q, believed %q, alone %q.", i+1, b.Kind, b.With, b.Believed, b.Alone)
		}
	}
	return nil
}

var (
	states = []record.State{record.StateNew, record.StateOpen, record.StateWaiting, record.StateResolved, record.StateClosed, record.StateCancelled}
	turns  = []record.Turn{record.TurnClient, record.TurnProvider, record.TurnThird, record.TurnNobody}
)

func (m Meaning) check(i int) error {
	switch {
	case m.Raw == "" || len([]rune(m.Raw)) > 120 || !m.Kind.Speaks():
		return fault.Newf(fault.Invalid, "Status %d has no value, one of more than 120 characters, or a kind that has no statuses (%q).", i+1, m.Kind)
	case m.Label == "" || len([]rune(m.Label)) > 60 || len([]rune(m.Explanation)) > 300:
		return fault.Newf(fault.Invalid, "What clients read of %q is missing, or too long: at most 60 characters, and 300 for the explanation.", m.Raw)
	case !slices.Contains(states, m.State) || !slices.Contains(turns, m.Turn):
		return fault.Newf(fault.Invalid, "%q means something that there is not: state %q, turn %q.", m.Raw, m.State, m.Turn)
	}
	return nil
}
