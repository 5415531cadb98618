// Package authority is which connection is believed when two of them hold the same
// kind for an account, and what of the other one is the same thing. It promises that
// a thing of the other connection is never attached by a guess: equal keys are a
// suggestion, and a person decides. It does no I/O and knows no connector.
package authority

import (
	"slices"
	"strings"
	"time"

	"portico/sync/record"
)

// Alone is what becomes of a thing that only the other connection has.
type Alone string

// The two ways. What is kept back is seen by nobody but administrators, until
// somebody says what it is.
const (
	Shown Alone = "shown"
	Held  Alone = "held"
)

// Rule names the authority for a kind, beside one other connection.
type Rule struct {
	Kind             record.Kind
	Authority, Other record.ConnectionID
	// AuthorityName and OtherName are what people call the connections.
	AuthorityName, OtherName string
	Alone                    Alone
	Decided                  time.Time
}

// Kinds are the kinds for which an authority can be named. What belongs to a record
// (a comment, a file) goes where that goes.
var Kinds = []record.Kind{record.KindInvoice, record.KindPayment, record.KindQuote, record.KindContract, record.KindContact,
	record.KindAsset, record.KindTicket, record.KindProject, record.KindDocument, record.KindEvent}

// Money reports whether two of the same would double what somebody owes or has paid.
func Money(k record.Kind) bool {
	return k == record.KindInvoice || k == record.KindPayment || k == record.KindQuote
}

// Usual is what is done with things that only the other connection has, unless
// somebody says otherwise.
func Usual(k record.Kind) Alone {
	if Money(k) {
		return Held
	}
	return Shown
}

// Fields are what two things of a kind have in common when they are the same: names
// in the JSON of the body. Kinds without fields are attached by hand alone.
func Fields(k record.Kind) []string {
	switch k {
	case record.KindInvoice, record.KindQuote, record.KindContract, record.KindProject:
		return []string{"number"}
	case record.KindPayment:
		return []string{"reference", "amount", "currency"}
	case record.KindContact:
		return []string{"email"}
	case record.KindAsset:
		return []string{"serial"}
	default:
		return nil
	}
}

// Key folds the values of Fields, in their order. It is "" when the first is
// missing: things without a number have nothing in common.
func Key(values ...string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(strings.TrimSpace(v))
	}
	if len(out) == 0 || out[0] == "" {
		return ""
	}
	return strings.Join(out, "\n")
}

// Thing is a record of one of the two connections, in one account.
type Thing struct {
	Account       record.AccountID
	ID            record.ID
	External      string
	Key           string
	Number, Title string
}

// Pair is two things, by what their sources call them.
type Pair struct{ Other, Authority string }

// Decisions are what people said of pairs: the same thing, or not.
type Decisions map[Pair]bool

// Said is what a person says of a pair.
type Said string

// What can be said. Unsaid takes back what was said before.
const (
	Same      Said = "same"
	Different Said = "different"
	Unsaid    Said = "unsaid"
)

// Saids are all that can be said.
var Saids = []Said{Same, Different, Unsaid}

// State is how a thing of the other connection stands.
type State string

// States.
const (
	Linked  State = "linked"  // attached to a thing of the authority
	Waiting State = "waiting" // its key is that of a thing of the authority: a person decides
	Single  State = "single"  // the authority has nothing like it
)

// Verdict is what becomes of a thing of the other connection.
type Verdict struct {
	Thing
	State State
	// Of is the thing of the authority that it is attached to or may be; nil if Single.
	Of *Thing
	// Sure says that the two are the only ones with their key.
	Sure bool
}

// Hidden reports whether the thing is no record of its own to clients.
func (v Verdict) Hidden(a Alone) bool { return v.State != Single || a == Held }

// Settle says what becomes of the other connection's things in one account.
func Settle(others, authority []Thing, decided Decisions) []Verdict {
	byExternal := make(map[string]*Thing, len(authority))
	byKey := map[string][]*Thing{}
	for i := range authority {
		t := &authority[i]
		byExternal[t.External] = t
		if t.Key != "" {
			byKey[t.Key] = append(byKey[t.Key], t)
		}
	}
	same := map[string]string{}
	for _, p := range sorted(decided) {
		if decided[p] && byExternal[p.Authority] != nil && same[p.Other] == "" {
			same[p.Other] = p.Authority
		}
	}
	alike := map[string]int{}
	for _, t := range others {
		if same[t.External] == "" {
			alike[t.Key]++
		}
	}
	out := make([]Verdict, len(others))
	for i, t := range others {
		out[i] = Verdict{Thing: t, State: Single}
		if at := same[t.External]; at != "" {
			out[i].State, out[i].Of = Linked, byExternal[at]
			continue
		}
		open := slices.DeleteFunc(slices.Clone(byKey[t.Key]), func(o *Thing) bool {
			_, said := decided[Pair{t.External, o.External}]
			return said
		})
		if len(open) > 0 {
			out[i].State, out[i].Of, out[i].Sure = Waiting, open[0], len(byKey[t.Key]) == 1 && alike[t.Key] == 1
		}
	}
	return out
}

// sorted makes the choice among several the same every time.
func sorted(d Decisions) []Pair {
	out := make([]Pair, 0, len(d))
	for p := range d {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Pair) int {
		if c := strings.Compare(a.Other, b.Other); c != 0 {
			return c
		}
		return strings.Compare(a.Authority, b.Authority)
	})
	return out
}

// Overlap is a kind that two connections hold for the same accounts.
type Overlap struct {
	Kind               record.Kind
	One, Other         record.ConnectionID
	OneName, OtherName string
	Accounts           int   // that both have companies in
	Rule               *Rule // nil until somebody has named the authority
}

// Count is how the things of the other connection stand.
type Count struct{ Linked, Waiting, Sure, Single, Accounts int }

// Standing is a rule, or one that somebody thinks of, with what it does.
type Standing struct {
	Rule
	Count
	List []Verdict // of the state that was asked for
	More bool      // there are more than were asked for
	// Names of the accounts in the list.
	Names map[record.AccountID]string
}
