// Package visibility is what clients do not see although it is theirs, and why
// somebody sees a record or does not. A rule hides the records of one kind, from
// one connection, that have one value; staff see them all the same.
package visibility

import (
	"slices"
	"time"

	"portico/sync/access"
	"portico/sync/record"
)

// Rule hides records from clients.
type Rule struct {
	ID         string
	Connection record.ConnectionID
	System     string // the connection's name
	Kind       record.Kind
	Field      string // one of Fields(Kind)
	Value      string // compared exactly, as the source has it
	Created    time.Time
	Hidden     int // records that it hides
}

// Kinds are the kinds that rules are about.
var Kinds = []record.Kind{record.KindTicket, record.KindAsset, record.KindInvoice, record.KindQuote, record.KindContract, record.KindProject,
	record.KindDocument, record.KindEvent}

// Fields lists what a rule about a kind may ask for; each is a name in the JSON of
// the body.
func Fields(k record.Kind) []string {
	switch k {
	case record.KindTicket:
		return []string{"queue", "status", "priority"}
	case record.KindAsset:
		return []string{"status", "category", "location", "model"}
	case record.KindContract, record.KindEvent:
		return []string{"type", "status"}
	case record.KindProject, record.KindInvoice, record.KindQuote:
		return []string{"status"}
	case record.KindDocument:
		return []string{"folder"}
	default:
		return nil
	}
}

// Known reports whether there can be such a rule.
func (r Rule) Known() bool { return slices.Contains(Fields(r.Kind), r.Field) && r.Value != "" }

// Hides reports whether the rule is about a record.
func (r Rule) Hides(b record.Body) bool { return b.Kind() == r.Kind && r.Value == value(b, r.Field) }

func value(b record.Body, field string) string {
	switch b := b.(type) {
	case record.Ticket:
		return map[string]string{"queue": b.Queue, "status": b.Status, "priority": b.Priority}[field]
	case record.Asset:
		return map[string]string{"status": b.Status, "category": b.Category, "location": b.Location, "model": b.Model}[field]
	case record.Contract:
		return map[string]string{"type": b.Type, "status": b.Status}[field]
	case record.Event:
		return map[string]string{"type": b.Type, "status": b.Status}[field]
	case record.Invoice:
		return map[string]string{"status": b.Status}[field]
	case record.Quote:
		return map[string]string{"status": b.Status}[field]
	case record.Project:
		return map[string]string{"status": b.Status}[field]
	case record.Document:
		return map[string]string{"folder": b.Folder}[field]
	default:
		return ""
	}
}

// Change is a rule that is made, or one that is taken away.
type Change struct {
	Add    Rule
	Remove string // id; then Add means nothing
	// Confirm is the connection's name, typed by who makes a rule that hides
	// everything that there is.
	Confirm string
}

// Preview is what a change would do.
type Preview struct {
	Rule         Rule
	Hides, Shows int // records
	Accounts     int // that lose or gain any
	Left         int // records of the kind, from the connection, that stay seen
	Samples      []Sample
}

// Everything reports whether nothing would be left to see.
func (p Preview) Everything() bool { return p.Hides > 0 && p.Left == 0 }

// Sample is one of the records that a change is about.
type Sample struct{ Company, Number, Title string }

// Found is where a record is, as far as it is known.
type Found struct {
	ID        record.ID
	Kind      record.Kind
	Account   record.AccountInfo
	Number    string
	Title     string
	Requester string // address
	Rule      Rule   // that hides it; zero for none
	// Kept says that another system is believed for it, and that it is no record of
	// its own.
	Kept bool
	// Waiting is the company at the source that is matched to nobody, when that is
	// why there is no record.
	Waiting, System string
}

// Person is for whom something is explained.
type Person struct {
	User access.User
	Role access.Role // in the account; "" is no member
	// Sees and OwnOnly are what the role brings along for the kind.
	Sees, OwnOnly bool
}

// Step is one question of an explanation. The first that is not Passed is why
// somebody does not see the record.
type Step struct {
	What   string // "known", "launch", "person", "member", "role", "own", "rule"
	Passed bool
	Detail string // "" or what the answer depends on
}

// Explain walks from the source to the person, and stops where it ends.
func Explain(f Found, p Person) []Step {
	var out []Step
	ask := func(what string, passed bool, detail string) bool {
		out = append(out, Step{what, passed, detail})
		return passed
	}
	switch {
	case f.ID.IsZero() && f.Waiting != "":
		ask("matched", false, f.Waiting)
	case !ask("known", !f.ID.IsZero(), f.System):
	case !ask("person", !p.User.Disabled, p.User.Name):
	case p.User.Staff != "":
		ask("staff", true, string(p.User.Staff))
	case !ask("member", p.Role != "", f.Account.Name):
	case !ask("launch", f.Account.Launch == record.LaunchInvited, f.Account.Name):
	case !ask("role", p.Sees, string(p.Role)):
	case p.OwnOnly && f.Kind == record.KindTicket && !ask("own", f.Requester != "" && f.Requester == p.User.Email, f.Requester):
	case f.Kept:
		ask("kept", false, f.System)
	default:
		ask("rule", f.Rule.ID == "", f.Rule.Field+" = "+f.Rule.Value)
	}
	return out
}
