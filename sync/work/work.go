// Package work is what waits to be done, across accounts, as staff look at it:
// open requests, questions that nobody has decided, and actions that go no
// further by themselves. Whose turn it is comes first, then how long it has been.
package work

import (
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// Kind is what an item is.
type Kind string

// The kinds.
const (
	Ticket   Kind = "ticket"
	Approval Kind = "approval"
	Action   Kind = "action"
)

// Turns in the order of the queue.
var Turns = []record.Turn{record.TurnProvider, record.TurnClient, record.TurnThird, record.TurnNobody}

// Item is one line of the queue.
type Item struct {
	Kind    Kind
	ID      string // of a record, an approval or an action
	Account record.AccountID
	Company string // name of the account
	Number  string // of the request, as people say it; "" for none
	Title   string
	Turn    record.Turn
	Since   time.Time // when it became that turn
	Due     time.Time // zero for no date
	Owner   string    // who handles it, or who asked; "" for nobody
	// Label and Explanation are the status of a request in the client's words.
	Label, Explanation string
	Stamp              record.Stamp // of a request
	Hidden             bool         // from clients, by a visibility rule
	// Who may decide an approval: by name, and by role in the account.
	People []string
	Roles  []access.Role
	Nudged string // the last day (2006-01-02) on which staff had its reminder sent again
	// What an action asks for, the request that it is about (zero for none) and why
	// it stopped.
	Asked  action.Kind
	State  action.State
	Target record.ID
	Reason string
}

// Query selects from the queue. The zero value is all of it, oldest first.
type Query struct {
	Account record.AccountID // only this one
	Company string           // only accounts whose name holds these words
	Turn    record.Turn
	Kind    Kind
	Mine    bool // handled or asked by the viewer
	Late    bool // past its date
	// Before keeps what has waited since before then; zero keeps all.
	Before time.Time
	Newest bool   // newest first within a turn
	After  string // cursor from Page.Next
	Limit  int    // items; 0 means 50, at most 200
}

// Page is one page of the queue.
type Page struct {
	Items []Item
	Next  string // continues the list; "" on the last page
	// Counts are of everything that the viewer may see, whatever the query says.
	Counts Counts
	Fresh  []record.Freshness
}

// MostCounted is where counting stops: more is as good as very many.
const MostCounted = 1000

// Counts say how much there is, each up to MostCounted.
type Counts struct {
	Turns                 map[record.Turn]int
	All, Mine, Late, Asks int // Asks are approvals
}

// Ref names an approval to be nudged.
type Ref struct {
	Account  record.AccountID
	Approval string
}

// Outcome is what became, or would become, of one nudge.
type Outcome string

// Outcomes.
const (
	Sent    Outcome = "sent"    // or would be
	Already Outcome = "already" // today
	Decided Outcome = "decided" // meanwhile, or taken back
	Nobody  Outcome = "nobody"  // may decide it, or is invited
	Held    Outcome = "held"    // nothing leaves this copy
)

// Nudge is the reminder of one approval, sent again.
type Nudge struct {
	Ref
	Company, Title string
	To             []string // names of those who get it
	Outcome        Outcome
}

// Unseen is how many records of a source the members of an account do not see.
type Unseen struct {
	System string
	Why    string // "parent": what they belong to has not arrived; "rule": one hides them
	Count  int
}
