package record

import "time"

// Contract is an agreement with terms, a value and an end.
type Contract struct {
	Number   string  `json:"number,omitempty" validate:"max=60"`
	Name     string  `json:"name" validate:"required,max=250"`
	Type     string  `json:"type,omitempty" validate:"max=120"`   // in the source's words
	Status   string  `json:"status,omitempty" validate:"max=120"` // raw
	Terms    string  `json:"terms,omitempty" validate:"max=20000"`
	Currency string  `json:"currency,omitempty" validate:"omitempty,iso4217"`
	Value    Decimal `json:"value,omitempty" validate:"omitempty,numeric,max=40"` // per Period
	Period   string  `json:"period,omitempty" validate:"max=60"`                  // "month", "year", or the source's words
	// Included and Used count Unit in the current period.
	Included Decimal   `json:"included,omitempty" validate:"omitempty,numeric,max=40"`
	Used     Decimal   `json:"used,omitempty" validate:"omitempty,numeric,max=40"`
	Unit     string    `json:"unit,omitempty" validate:"max=60"`
	Start    time.Time `json:"start,omitzero"`   // a date, midnight UTC
	End      time.Time `json:"end,omitzero"`     // last day, midnight UTC
	Renewal  time.Time `json:"renewal,omitzero"` // when it renews by itself
	Notice   time.Time `json:"notice,omitzero"`  // last day to give notice
}

// Project is work with an end: a project, or a matter of a law firm.
type Project struct {
	Number  string    `json:"number,omitempty" validate:"max=60"`
	Name    string    `json:"name" validate:"required,max=250"`
	Status  string    `json:"status,omitempty" validate:"max=120"` // raw
	Text    string    `json:"text,omitempty" validate:"max=20000"`
	Manager Person    `json:"manager,omitzero"`
	Start   time.Time `json:"start,omitzero"`                                     // a date, midnight UTC
	Due     time.Time `json:"due,omitzero"`                                       // a date, midnight UTC
	Done    Decimal   `json:"done,omitempty" validate:"omitempty,numeric,max=40"` // percent
}

// Document is a file that a client may open. Its bytes are fetched when first
// asked for.
type Document struct {
	Name        string `json:"name" validate:"required,max=500"`
	Folder      string `json:"folder,omitempty" validate:"max=1000"` // names from the top, joined by "/"
	ContentType string `json:"content_type,omitempty" validate:"max=250"`
	Size        int64  `json:"size,omitempty" validate:"gte=0"`       // bytes; 0 when the source does not tell
	Revision    string `json:"revision,omitempty" validate:"max=120"` // as people call it
	Hash        string `json:"hash,omitempty" validate:"max=250"`     // the source's own, of the bytes
	Project     string `json:"project,omitempty" validate:"max=250"`  // external id
	Author      Person `json:"author,omitzero"`
}

// Event is something with a place in a calendar: a maintenance window, a
// publication, a deadline.
type Event struct {
	Title    string    `json:"title" validate:"required,max=1000"`
	Text     string    `json:"text,omitempty" validate:"max=20000"`
	Type     string    `json:"type,omitempty" validate:"max=120"`   // in the source's words: a calendar, a category
	Status   string    `json:"status,omitempty" validate:"max=120"` // raw
	Location string    `json:"location,omitempty" validate:"max=1000"`
	Start    time.Time `json:"start" validate:"required"` // of a whole day: midnight UTC
	End      time.Time `json:"end,omitzero"`              // exclusive
	AllDay   bool      `json:"all_day,omitempty"`
	Zone     string    `json:"zone,omitempty" validate:"max=60"` // IANA name in which it was entered
	// Acknowledged says that a client has confirmed it, as the source knows.
	Acknowledged bool `json:"acknowledged,omitempty"`
}

// TimeEntry is work that was done: on a ticket or a project, for a contract.
type TimeEntry struct {
	Text     string    `json:"text,omitempty" validate:"max=4000"`
	Person   Person    `json:"person,omitzero"`
	Hours    Decimal   `json:"hours" validate:"required,numeric,max=40"`
	Billable bool      `json:"billable,omitempty"`
	Worked   time.Time `json:"worked,omitzero"`
	// Ticket, Project, Contract and Invoice are external ids, or "".
	Ticket   string `json:"ticket,omitempty" validate:"max=250"`
	Project  string `json:"project,omitempty" validate:"max=250"`
	Contract string `json:"contract,omitempty" validate:"max=250"`
	Invoice  string `json:"invoice,omitempty" validate:"max=250"`
}

// Kind implements Body.
func (Contract) Kind() Kind { return KindContract }

// Kind implements Body.
func (Project) Kind() Kind { return KindProject }

// Kind implements Body.
func (Document) Kind() Kind { return KindDocument }

// Kind implements Body.
func (Event) Kind() Kind { return KindEvent }

// Kind implements Body.
func (TimeEntry) Kind() Kind { return KindTimeEntry }

// Facets implements Body. The date that matters is the first on which somebody
// has to have decided.
func (c Contract) Facets() Facets {
	f := Facets{Number: c.Number, Title: c.Name, Status: c.Status}
	for _, at := range []time.Time{c.Notice, c.Renewal, c.End} {
		if f.Due.IsZero() {
			f.Due = at
		}
	}
	return f
}

// Facets implements Body.
func (p Project) Facets() Facets {
	return Facets{Number: p.Number, Title: p.Name, Status: p.Status, Person: p.Manager.Display(), Due: p.Due}
}

// Facets implements Body.
func (d Document) Facets() Facets {
	return Facets{Number: d.Revision, Title: d.Name, Person: d.Author.Display()}
}

// Facets implements Body.
func (e Event) Facets() Facets {
	return Facets{Title: e.Title, Status: e.Status, Due: e.Start, Sort: e.Start}
}

// Facets implements Body.
func (t TimeEntry) Facets() Facets {
	return Facets{Title: t.Text, Person: t.Person.Display(), Sort: t.Worked}
}
