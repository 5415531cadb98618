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

	"portico/sync/action"
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

	Config   map[string]Field   `json:"config"`
	HTTP     HTTP               `json:"http"`
	Identity *Identity          `json:"identity"`
	Check    Check              `json:"check"`
	Lookups  Lookups            `json:"lookups"`
	Streams  map[string]*Stream `json:"streams"`
	Actions  map[string]*Action `json:"actions"`
	Files    *Files             `json:"files"`

	// Name of the file, for messages; and the order in which it names things.
	File        string   `json:"-"`
	FieldOrder  []string `json:"-"`
	StreamOrder []string `json:"-"`
	ActionOrder []string `json:"-"`

	wanted map[string]string
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
	Base    Expr              `json:"base"`
	Auth    Auth              `json:"auth"`
	Headers map[string]string `json:"headers"`
	Timeout Duration          `json:"timeout"`
	Budget  Budget            `json:"budget"`
	Limits  Limits            `json:"limits"`
	Errors  []ErrorRule       `json:"errors"`
}

// Auth is how a request proves who sends it. A kind that comes later brings its
// own keys beside these.
type Auth struct {
	Kind     string   `json:"kind"` // none, basic, header, bearer
	Header   string   `json:"header"`
	Value    Template `json:"value"`
	User     Template `json:"user"`
	Password Template `json:"password"`
	Token    Template `json:"token"`
}

// Budget is how many requests the system is asked to bear.
type Budget struct {
	PerSecond  float64 `json:"per_second"`
	PerMinute  float64 `json:"per_minute"`
	Concurrent int     `json:"concurrent"`
	// Reserve is how many of Concurrent only actions may use.
	Reserve int `json:"reserve"`
}

// Limits names the headers in which the system speaks about its limits.
type Limits struct {
	RetryAfter string `json:"retry_after"`
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

// Request is one HTTP request. Values in Query, Headers and Path are literal
// text with {expressions} in it; Body is one expression.
type Request struct {
	Method  string              `json:"method"` // "" means GET
	Path    Template            `json:"path"`
	Query   map[string]Template `json:"query"`
	Headers map[string]Template `json:"headers"`
	Body    Expr                `json:"body"`
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
}

// Fetch is a list in the system: where it is, how it is paged.
type Fetch struct {
	Request Request `json:"request"`
	Items   Expr    `json:"items"`
	Paging  *Paging `json:"paging"`
}

// Paging kinds.
const (
	PageNumber = "page"     // page=1, 2, 3 …
	NextURL    = "next_url" // the answer names the next page
	Keyset     = "keyset"   // ordered by a key; the next page begins after the last one
)

// Paging is how a list goes on.
type Paging struct {
	Kind      string `json:"kind"`
	Parameter string `json:"parameter"` // page: the number's query parameter
	SizeName  string `json:"size_parameter"`
	Size      int    `json:"size"`
	Next      Expr   `json:"next"`  // next_url
	Key       Expr   `json:"key"`   // keyset: a number that only grows
	Total     Expr   `json:"total"` // rows in all pages; null when the system does not tell
	Cap       int    `json:"cap"`   // pages; a list that is longer is an error
	Parallel  int    `json:"parallel"`
}

// Stream is one kind of thing that is pulled.
type Stream struct {
	Name        string       `json:"-"`
	Every       Duration     `json:"every"`
	FreshFor    Duration     `json:"fresh_for"`
	Fetch                    // absent for a stream of children
	Incremental *Incremental `json:"incremental"`
	ForEach     *ForEach     `json:"for_each"`
	// Requests are joined before Emit; later ones see the items of earlier ones.
	Requests []Join  `json:"requests"`
	Emit     []*Emit `json:"emit"`
	Census   *Census `json:"census"`
	// Read overrides query parameters to read single records again; it sees "ids".
	Read map[string]Template `json:"read"`
}

// Incremental is how only changed records are asked for. The request sees
// "since", the time of the newest record read so far minus Overlap.
type Incremental struct {
	Field   Expr     `json:"field"`
	Format  string   `json:"format"` // Go layout
	Zone    Expr     `json:"zone"`   // IANA name; empty means UTC
	Overlap Duration `json:"overlap"`
}

// ForEach makes a stream of children: it is read for each changed parent.
type ForEach struct {
	Stream string `json:"stream"`
	// Batch is how many parents one round of requests covers ("parents").
	Batch int `json:"batch"`
}

// Join is one of several requests whose answers belong together.
type Join struct {
	Name string `json:"name"`
	Fetch
	// When skips the request if it is false: the list is then empty.
	When Expr `json:"when"`
	// Index makes the list a map from this key to its items.
	Index Expr `json:"index"`
}

// Emit makes records of one kind from items.
type Emit struct {
	Kind record.Kind `json:"kind"`
	From string      `json:"from"` // name of a joined request; "" is the stream's own
	Keep Expr        `json:"keep"`
	// Let names values that the other expressions of this record use.
	Let        Lets            `json:"let"`
	Key        Expr            `json:"key"`
	Version    Expr            `json:"version"`
	Company    Expr            `json:"company"`
	Parent     Expr            `json:"parent"`
	ParentKind record.Kind     `json:"parent_kind"`
	URL        Expr            `json:"url"`
	Created    Expr            `json:"created"`
	Updated    Expr            `json:"updated"`
	Map        map[string]Expr `json:"map"`
	// Fields is Map in the order of Shape(Kind); an unset one is empty.
	Fields []Expr `json:"-"`
}

// Let is one named value.
type Let struct {
	Name string
	Expr Expr
}

// Census asks only which records exist.
type Census struct {
	Every Duration            `json:"every"`
	Query map[string]Template `json:"query"` // overrides of the stream's request
	Sweep bool                `json:"sweep"`
}

// Action is one thing that can be written back.
type Action struct {
	Kind    action.Kind `json:"-"`
	Label   string      `json:"label"`
	Timeout Duration    `json:"timeout"`
	Grace   Duration    `json:"grace"`
	MaxText int         `json:"max_text"`
	Prepare *Prepare    `json:"prepare"`
	Send    Send        `json:"send"`
	// Probe looks for an effect without a known reference. Without it, Confirm's
	// predicate over the re-read target decides.
	Probe   *Probe  `json:"probe"`
	Confirm Confirm `json:"confirm"`
}

// Prepare reads the target before a write.
type Prepare struct {
	Request Request     `json:"request"`
	Refuse  []ErrorRule `json:"refuse"`
	Mark    Expr        `json:"mark"`
}

// Send is the write itself.
type Send struct {
	Request   Request     `json:"request"`
	Answers   []ErrorRule `json:"answers"` // before http.errors; sees answers from 200 up
	Reference Expr        `json:"reference"`
}

// Probe is a search for an earlier effect.
type Probe struct {
	Request   Request `json:"request"`
	Done      Expr    `json:"done"`
	Reference Expr    `json:"reference"`
}

// Confirm reads the target again through its streams and tests what came.
type Confirm struct {
	Streams   []string `json:"streams"`
	ID        Expr     `json:"id"` // of the target; empty means action.External
	Holds     Expr     `json:"holds"`
	Reference Expr     `json:"reference"`
}

// Files is how the bytes of an attachment are fetched.
type Files struct {
	Request  Request `json:"request"`
	Encoding string  `json:"encoding"` // "" for the bytes themselves, or base64 of Content
	Content  Expr    `json:"content"`
}

// Duration is a time span written as text: "90s", "5m", "24h".
type Duration struct{ time.Duration }
