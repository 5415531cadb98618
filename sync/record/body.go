package record

import (
	"time"
)

// Account is a client company as a source knows it (a Record of kind account
// carries its own key in Record.Company, so that it is matched like the rest).
type Account struct {
	Name    string   `json:"name" validate:"required,max=250"`
	Branch  string   `json:"branch_of,omitempty" validate:"max=250"` // external id of the parent company
	Domains []string `json:"domains,omitempty" validate:"max=50"`    // of its mail and website, lower case
	TaxID   string   `json:"tax_id,omitempty" validate:"max=60"`
	// Registration is its number in a register of companies.
	Registration string `json:"registration,omitempty" validate:"max=60"`
}

// Contact is a person at a client company.
type Contact struct {
	Name     string `json:"name" validate:"max=250"`
	Email    string `json:"email,omitempty" validate:"max=320"`
	Phone    string `json:"phone,omitempty" validate:"max=60"`
	TimeZone string `json:"time_zone,omitempty" validate:"max=60"` // IANA name
	Disabled bool   `json:"disabled,omitempty"`
}

// Ticket is a request, incident or question.
type Ticket struct {
	Number    string    `json:"number" validate:"required,max=60"`
	Subject   string    `json:"subject" validate:"max=1000"`
	Status    string    `json:"status" validate:"required,max=120"` // raw
	Priority  string    `json:"priority,omitempty" validate:"max=60"`
	Queue     string    `json:"queue,omitempty" validate:"max=250"`
	Requester Person    `json:"requester,omitzero"`
	Assignee  Person    `json:"assignee,omitzero"` // zero when nobody has taken it
	Due       time.Time `json:"due,omitzero"`
	Resolved  time.Time `json:"resolved,omitzero"`
	Assets    []string  `json:"assets,omitempty" validate:"max=200"` // external ids of linked assets
}

// CommentType tells what people wrote from what a system noted.
type CommentType string

// Comment types.
const (
	CommentMessage CommentType = "message" // written by a person, public
	CommentEvent   CommentType = "event"   // noted by the source: a status change, a link
)

// Comment is one entry of a ticket's public history. Internal notes never
// become one: the connector drops them.
type Comment struct {
	Type   CommentType `json:"type" validate:"required,oneof=message event"`
	Author Person      `json:"author,omitzero"`
	// Staff says that the author works for the provider; nil when the source does not tell.
	Staff *bool `json:"staff,omitempty"`
	// HTML is the body as the source holds it when it is HTML, else "". It is
	// hostile until sanitised at display.
	HTML string `json:"html,omitempty" validate:"max=1000000"`
	// Text is the plain body, or of an event what happened, in the source's words.
	Text string `json:"text,omitempty" validate:"max=1000000"`
	// Field, Old and New describe an event that changed a value ("status", raw, raw)
	// or linked a record ("asset", "", its external id).
	Field string `json:"field,omitempty" validate:"max=120"`
	Old   string `json:"old,omitempty" validate:"max=1000"`
	New   string `json:"new,omitempty" validate:"max=1000"`
	// ActionRef is the reference of the Portico action that wrote this (action.Action.Ref),
	// set only when the source says that our own user is the author.
	ActionRef string `json:"action_ref,omitempty" validate:"max=40"`
}

// Attachment is a file in the source. Its bytes are fetched when first asked for.
type Attachment struct {
	Name        string `json:"name" validate:"required,max=500"`
	ContentType string `json:"content_type,omitempty" validate:"max=250"`
	Size        int64  `json:"size,omitempty" validate:"gte=0"` // bytes; 0 when the source does not tell
	Comment     string `json:"comment,omitempty" validate:"max=250"`
}

// Asset is a device or licence that the provider looks after.
type Asset struct {
	Tag           string    `json:"tag,omitempty" validate:"max=120"`
	Name          string    `json:"name" validate:"required,max=250"`
	Model         string    `json:"model,omitempty" validate:"max=250"`
	Serial        string    `json:"serial,omitempty" validate:"max=120"`
	Category      string    `json:"category,omitempty" validate:"max=250"`
	Status        string    `json:"status,omitempty" validate:"max=120"` // raw
	Location      string    `json:"location,omitempty" validate:"max=250"`
	HeldBy        Person    `json:"held_by,omitzero"`
	WarrantyUntil time.Time `json:"warranty_until,omitzero"` // last day covered, midnight UTC
}

// Kind implements Body.
func (Account) Kind() Kind    { return KindAccount }
func (Contact) Kind() Kind    { return KindContact }
func (Ticket) Kind() Kind     { return KindTicket }
func (Comment) Kind() Kind    { return KindComment }
func (Attachment) Kind() Kind { return KindAttachment }
func (Asset) Kind() Kind      { return KindAsset }

// Facets implements Body.
func (a Account) Facets() Facets    { return Facets{Title: a.Name} }
func (c Contact) Facets() Facets    { return Facets{Title: c.Name, Person: c.Email} }
func (a Attachment) Facets() Facets { return Facets{Title: a.Name} }
func (c Comment) Facets() Facets    { return Facets{Status: string(c.Type), Person: c.Author.Display()} }
func (t Ticket) Facets() Facets {
	return Facets{Number: t.Number, Title: t.Subject, Status: t.Status, Person: t.Assignee.Display(), Due: t.Due}
}
func (a Asset) Facets() Facets {
	number := a.Tag
	if number == "" {
		number = a.Model // what it is says more than nothing
	}
	return Facets{Number: number, Title: a.Name, Status: a.Status, Person: a.HeldBy.Display(), Due: a.WarrantyUntil}
}
