package remote

import (
	"time"

	"portico/sync/action"
	"portico/sync/record"
)

// Spec describes a connector to the administrator's pages and to the workers.
type Spec struct {
	ID          string // catalogue id: "requesttracker"
	Name        string // "Request Tracker"
	Category    string // "help desk", "accounting", …
	Description string
	// Color is what its initials stand on, #rrggbb, dark enough for white text; ""
	// leaves the choice to the page.
	Color   string
	Fields  []Field
	Streams []Stream
	Actions []ActionSpec
	// Consent is how a person lets us in, in a browser; nil when nobody has to.
	Consent *ConsentSpec
	// Local says that the system is on this machine: no network leads to it.
	Local bool
	// Tabular says that the connector is a Tabular: somebody has to say what its columns mean.
	Tabular bool
	// Webhooks is what the system may send by itself; nil when it sends nothing.
	Webhooks *WebhookSpec
}

// ConsentSpec is what an administrator needs to know before a person is sent to the system.
type ConsentSpec struct {
	Register string   // the page at the vendor where an application is registered, or ""
	Notes    []string // what to do there, in order
	Scopes   string   // as they are asked for; settings may be part of them
	Grace    time.Duration
}

// FieldType is how a setting is asked for.
type FieldType string

// Field types.
const (
	TextField   FieldType = "text"
	URLField    FieldType = "url"
	SecretField FieldType = "secret"
	ChoiceField FieldType = "choice"
	NumberField FieldType = "number"
	BoolField   FieldType = "bool"
)

// Field is one setting of the connection form.
type Field struct {
	Name     string
	Label    string
	Help     string
	Type     FieldType
	Required bool
	Default  string
	Choices  []string
	Pattern  string // regular expression (RE2) that a value must match, or ""
	// Learned says that the system tells the value when somebody signs in there, so
	// that no form asks for it.
	Learned bool
}

// Stream is one kind of thing that a connection pulls.
type Stream struct {
	Name  string
	Kinds []record.Kind // what its pages may contain
	// Every is how often changes are asked for; Census how often deletions are looked for.
	Every, Census time.Duration
	// FreshFor is how long its facts count as current after a complete pass.
	FreshFor time.Duration
	// Sweep says that what a census does not see may be deleted.
	Sweep bool
	// Incremental is false when every pass reads everything.
	Incremental bool
}

// ActionSpec is one thing that the connector can do in its system.
type ActionSpec struct {
	Kind action.Kind
	// Label says what it does in the system, for the administrator.
	Label string
	// Timeout is how long one attempt may take; Grace is how long after that
	// the source may still commit it, so that a probe means something.
	Timeout, Grace time.Duration
	MaxText        int // characters that the source accepts; 0 means action.MaxText
}

// Report is the answer to "does this connection work?".
type Report struct {
	OK    bool
	As    string // who we are signed in as
	Items []ReportItem
	// Clock is what the system says the time is, to the second, just after Asked;
	// zero when it does not say.
	Clock, Asked time.Time
}

// Skew is how far the system's clock is ahead of ours, negative behind; zero when it
// is not known. It is no better than a second and the way of one request.
func (r Report) Skew() time.Duration {
	if r.Clock.IsZero() {
		return 0
	}
	return r.Clock.Sub(r.Asked)
}

// ReportItem is one thing that was tried.
type ReportItem struct {
	Name string // what was tried: "sign in", "read tickets"
	OK   bool
	// Detail says in plain words what was found, or what to do about it.
	Detail string
}

// Catalog is what a tenant calls its things.
type Catalog struct {
	Statuses  map[record.Kind][]string
	Queues    []string
	Companies []Company
	Fields    []CustomField
}

// Company is a client company as the source knows it.
type Company struct {
	Key  string
	Name string
}

// CustomField is a field that only this tenant has.
type CustomField struct {
	Kind record.Kind
	ID   string // as in record.Custom
	Name string
	Type string // the system's own word
	Is   record.CustomType
}

// Stream returns the stream of that name.
func (s Spec) Stream(name string) (Stream, bool) {
	for _, st := range s.Streams {
		if st.Name == name {
			return st, true
		}
	}
	return Stream{}, false
}

// Action returns how the connector carries out a kind of action.
func (s Spec) Action(kind action.Kind) (ActionSpec, bool) {
	for _, a := range s.Actions {
		if a.Kind == kind {
			return a, true
		}
	}
	return ActionSpec{}, false
}

// Sample is one item as the system sent it, beside what became of it: a record, a
// reject, or neither when the connector does not keep it.
type Sample struct {
	Raw    any
	Kind   record.Kind
	Record *record.Record
	Reject *Reject
}
