// Package manifest is the language in which a connector is written: one YAML
// file that says how to sign in, what to read, what each field means and how to
// write back. It promises that a manifest which loads can be run: every key is
// known, every expression is compiled and type-checked, every rule can fire.
// What is wrong with a file is told all at once, with file:line:column.
//
// It hides YAML, the JSON Schema (schema.json) and the expression library
// (expr-lang). It does no I/O beyond reading the file.
package manifest

import (
	"time"

	"portico/connectors/manifest/tree"
	"portico/sync/record"
	"portico/sync/remote"
)

// Manifest is one compiled connector. It is immutable and safe for concurrent use.
type Manifest struct {
	Version     int    `json:"portico"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Category    string `json:"category"`
	Description string `json:"description"`
	Color       string `json:"color"` // #rrggbb behind the initials

	Config   map[string]Field   `json:"config"`
	HTTP     HTTP               `json:"http"`
	Identity *Identity          `json:"identity"`
	Check    Check              `json:"check"`
	Lookups  Lookups            `json:"lookups"`
	Tables   map[string]*Table  `json:"tables"`
	Streams  map[string]*Stream `json:"streams"`
	Actions  map[string]*Action `json:"actions"`
	Files    *Files             `json:"files"`
	Webhooks *Webhooks          `json:"webhooks"`

	// Name of the file, for messages; and the order in which it names things.
	File        string   `json:"-"`
	FieldOrder  []string `json:"-"`
	StreamOrder []string `json:"-"`
	ActionOrder []string `json:"-"`

	names  *tree.Names
	places *places
}

// Field is one setting of the connection form.
type Field struct {
	Type     remote.FieldType `json:"type"`
	Label    string           `json:"label"`
	Help     string           `json:"help"`
	Required bool             `json:"required"`
	Default  string           `json:"default"`
	Choices  []string         `json:"choices"`
	Pattern  string           `json:"pattern"`
}

// HTTP is how the system is reached and how it says no.
type HTTP struct {
	Base    Expr                `json:"base"`
	Auth    Auth                `json:"auth"`
	Headers map[string]Template `json:"headers"` // of every request; they see the settings
	Timeout Duration            `json:"timeout"`
	Budget  Budget              `json:"budget"`
	Limits  Limits              `json:"limits"`
	Errors  []ErrorRule         `json:"errors"`
	// Good are those of Errors that name a good status: an error inside an answer
	// that looks like success.
	Good []ErrorRule `json:"-"`
}

// Budget is how many requests the system is asked to bear.
type Budget struct {
	PerSecond  float64 `json:"per_second"`
	PerMinute  float64 `json:"per_minute"`
	PerDay     float64 `json:"per_day"`
	Concurrent int     `json:"concurrent"`
	// Reserve is how many of Concurrent only actions may use.
	Reserve int `json:"reserve"`
}

// Limits names the headers in which the system speaks about its limits.
type Limits struct {
	RetryAfter string `json:"retry_after"`
	// Remaining is how many requests are left, Reset when there are more. Pulls
	// stop when Floor are left: those are for actions. Pause is how long, where the
	// system does not say when there are more.
	Remaining string   `json:"remaining"`
	Reset     string   `json:"reset"`
	Floor     int      `json:"floor"`
	Pause     Duration `json:"pause"`
}

// Meaning is what a refusal of the system means to us.
type Meaning string

// Meanings.
const (
	MeansRetry     Meaning = "retry"     // not now; the same request may succeed later
	MeansLimited   Meaning = "limited"   // too many requests
	MeansAuth      Meaning = "auth"      // the credential is not accepted
	MeansForbidden Meaning = "forbidden" // the credential may not do this
	MeansGone      Meaning = "gone"      // the thing is not there
	MeansConflict  Meaning = "conflict"  // the thing changed meanwhile
	MeansReject    Meaning = "reject"    // the system will never accept this
	MeansBroken    Meaning = "broken"    // the system breaks its own rules
	MeansSetup     Meaning = "setup"     // the connection is set up wrongly
)

// ErrorRule gives an answer its meaning. The first rule that matches wins.
type ErrorRule struct {
	Status Statuses `json:"status"` // empty matches any answer from 400 up
	When   Expr     `json:"when"`
	Is     Meaning  `json:"is"`
	Say    Template `json:"say"` // plain words, safe for clients
	// Diff of a conflict: which field, what it was and what it is.
	Diff *Diff `json:"diff"`
}

// Diff describes one changed field.
type Diff struct {
	Field string `json:"field"`
	Was   Expr   `json:"was"`
	Now   Expr   `json:"now"`
}

// Request is one HTTP request. Values in Query, Headers, Form and Path are literal
// text with {expressions} in it; Body is one expression, sent as JSON. Form is sent
// as a form, without the members that are empty.
type Request struct {
	Method  string              `json:"method"` // "" means GET
	Path    Template            `json:"path"`
	Query   map[string]Template `json:"query"`
	Headers map[string]Template `json:"headers"`
	Body    Expr                `json:"body"`
	Form    map[string]Template `json:"form"`
}

// Identity is read once per piece of work; expressions know the answer as "me".
type Identity struct {
	Request Request `json:"request"`
	Name    Expr    `json:"name"`
}

// Check is what "does this connection work?" tries, in order.
type Check struct {
	Steps []CheckStep `json:"steps"`
}

// CheckStep is one thing that is tried.
type CheckStep struct {
	Name    string   `json:"name"`
	Request Request  `json:"request"`
	Expect  Expr     `json:"expect"` // empty: any good answer will do
	Found   Template `json:"found"`  // what to say when it went well
	Missing Template `json:"missing"`
	// Warn says that a failure is worth knowing and does not stop the connection.
	Warn bool `json:"warn"`
}

// Lookups read what differs per tenant.
type Lookups struct {
	Statuses  map[string][]Lookup `json:"statuses"`
	Queues    []Lookup            `json:"queues"`
	Companies []Lookup            `json:"companies"`
	Fields    []Lookup            `json:"fields"`
}

// Lookup is one list of names. With For, it is read once per name of another list.
type Lookup struct {
	Fetch
	Keep Expr `json:"keep"`
	Name Expr `json:"name"`
	Key  Expr `json:"key"`
	Kind Expr `json:"kind"`
	Type Expr `json:"type"`
	// Types are our words for what Type says of a custom field.
	Types map[string]record.CustomType `json:"types"`
}

// Duration is a time span written as text: "90s", "5m", "24h".
type Duration struct{ time.Duration }
