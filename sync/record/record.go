// Package record is the normalized read model in types: what a connector hands
// over (Record), what a page shows (Row and the view types), the reference of a
// thing in its source (Ref), and the vocabulary of status and turn. It does no
// I/O and knows no vendor.
package record

import "time"

// Kind names a normalized kind of thing.
type Kind string

// The kinds that something feeds today. A new kind is a constant here, a Body
// type, and its columns in Facets.
const (
	KindAccount    Kind = "account"
	KindContact    Kind = "contact"
	KindTicket     Kind = "ticket"
	KindComment    Kind = "comment"
	KindAttachment Kind = "attachment"
	KindAsset      Kind = "asset"
	KindInvoice    Kind = "invoice"
	KindPayment    Kind = "payment"
	KindQuote      Kind = "quote"
	KindContract   Kind = "contract"
	KindProject    Kind = "project"
	KindDocument   Kind = "document"
	KindEvent      Kind = "event"
	KindTimeEntry  Kind = "time_entry"
	// KindApproval is native: nothing feeds it, see package approval.
	KindApproval Kind = "approval"
)

// Ref names a thing in its system of record. It is comparable.
type Ref struct {
	Connection ConnectionID `json:"connection"`
	Kind       Kind         `json:"kind"`
	External   string       `json:"external"` // the source's own id, unique within connection and kind
}

// Record is one thing as a connector read it, before it is matched to an account.
type Record struct {
	Kind     Kind   `json:"kind" validate:"required"`
	External string `json:"external" validate:"required,max=250"`
	// Version is the source's own version mark (ETag, SyncToken, revision) or "".
	Version string `json:"version,omitempty" validate:"max=250"`
	// Company is the source's key of the client company that the record belongs
	// to; "" for a record that has a Parent (it belongs where its parent does)
	// or none at all (then it stays invisible and is counted).
	Company string `json:"company,omitempty" validate:"max=250"`
	// Parent is the external id of the record that this one belongs to, of kind
	// ParentKind: the ticket of a comment, for example.
	Parent     string `json:"parent,omitempty" validate:"max=250"`
	ParentKind Kind   `json:"parent_kind,omitempty"`
	// URL opens the thing in the source's own pages, for staff.
	URL     string    `json:"url,omitempty" validate:"omitempty,http_url,max=2000"`
	Created time.Time `json:"created,omitzero"` // by the source's clock, UTC
	Updated time.Time `json:"updated,omitzero"` // by the source's clock, UTC
	Body    Body      `json:"body" validate:"required"`
	// Custom are the values of fields that only this tenant has, see Trim.
	Custom []Custom `json:"custom,omitempty"`
}

// Body is the part of a record that differs by kind: one of the types below,
// always by value.
type Body interface {
	// Kind returns the kind that this body belongs to.
	Kind() Kind
	// Facets returns what lists show, filter and sort by.
	Facets() Facets
}

// Facets are the few fields of a body that lists need without opening it.
type Facets struct {
	Number string // what people call it: a ticket number, an asset tag
	Title  string
	Status string    // the source's raw value
	Person string    // who handles or holds it, as a name
	Due    time.Time // the next date that matters, or zero
	Sort   time.Time // newest first by this; zero means Record.Updated
}

// Person is somebody as the source knows them.
type Person struct {
	Name  string `json:"name,omitempty" validate:"max=250"`
	Email string `json:"email,omitempty" validate:"max=320"`
}

// Display returns the name, or the address when there is no name.
func (p Person) Display() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}
