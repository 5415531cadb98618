package connections

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"portico/portal/form"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
)

// FieldPrefix starts the name of a form field that the connector asks for, so that
// none is taken for one of ours.
const FieldPrefix = "field-"

// Draft is a connection as it stands in a form. Nothing of it is stored.
type Draft struct {
	ID           record.ConnectionID
	Connector    string
	Name         string
	Settings     map[string]string
	AllowPrivate string
	CA           string
	ReadOnly     bool
	// Secrets are typed now; Carried are those typed before, sealed, as they went
	// through the browser.
	Secrets map[string]string
	Carried string
}

// Tried is what came of signing in with a draft.
type Tried struct {
	Report remote.Report
	// SignedIn says that the system knows us, whatever we may do there.
	SignedIn bool
	// Confirm is the private host:port that the draft leads to and that nobody has
	// confirmed, or "".
	Confirm string
	// Carry are the secrets of the draft, sealed for the same person and address.
	Carry string
	// Leave is the way to a system that asks a person whether we may; nothing was
	// tried then. Nil is no such system.
	Leave *Leave
	// Token is the whole draft as it was tried, sealed for the same person; "" unless
	// SignedIn.
	Token string
}

// Pick is what a person has said of a company.
type Pick struct {
	Key, Name string
	Account   record.AccountID // zero makes a new, hidden account with the company's name
}

// Sampled is the beginning of a stream as the system has it.
type Sampled struct {
	Stream  string
	Samples []remote.Sample
}

// Glimpse is what a connection would bring.
type Glimpse struct {
	Draft     Draft // without its secrets
	Streams   []Sampled
	Companies []Candidate
	Problem   string // why it could not all be read, or ""
	Token     string // the draft with what was seen, sealed for the same person
}

// Adding makes connections. What is wrong with a form is fault.Invalid with fields.
type Adding interface {
	Systems() []remote.Spec
	// Try signs in with the draft and saves nothing.
	Try(ctx context.Context, s access.Scope, d Draft) (Tried, error)
	// Glimpse reads the beginning of what the tried draft would bring, and saves nothing.
	Glimpse(ctx context.Context, s access.Scope, token string) (Glimpse, error)
	// Connect makes the connection of a tried draft, with the companies that were
	// picked, and has it pulled. The same draft makes one connection, however often.
	Connect(ctx context.Context, s access.Scope, token string, picks []Pick) (record.ConnectionID, error)
}

// draftInput is what the form posts beside the connector's fields.
type draftInput struct {
	Name         string `form:"name" validate:"max=80"`
	AllowPrivate string `form:"allow_private" validate:"max=300"`
	CA           string `form:"ca,body" validate:"max=200000"`
	ReadOnly     bool   `form:"read_only"`
	Sealed       string `form:"sealed" validate:"max=40000"`
}

// typedDraft reads a form for a connector. The draft is filled as far as it could be read.
func typedDraft(w http.ResponseWriter, r *http.Request, spec remote.Spec) (Draft, error) {
	var in draftInput
	err := form.Decode(w, r, &in)
	d := Draft{Connector: spec.ID, Name: in.Name, AllowPrivate: in.AllowPrivate, CA: strings.TrimSpace(in.CA), ReadOnly: in.ReadOnly,
		Carried: in.Sealed, Settings: map[string]string{}, Secrets: map[string]string{}}
	for _, f := range spec.Fields {
		value := strings.TrimSpace(r.PostForm.Get(FieldPrefix + f.Name))
		switch {
		case f.Type == remote.BoolField:
			// A box that is not ticked is not posted; it is an answer all the same.
			d.Settings[f.Name] = strconv.FormatBool(value != "")
		case f.Type != remote.SecretField:
			d.Settings[f.Name] = value
		case value != "":
			d.Secrets[f.Name] = value
		}
	}
	return d, err
}

// specOf finds the kind of system that the address names.
func specOf(list []remote.Spec, id string) (remote.Spec, bool) {
	for _, s := range list {
		if s.ID == id {
			return s, true
		}
	}
	return remote.Spec{}, false
}
