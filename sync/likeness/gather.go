package likeness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"portico/sync/record"
)

// Waiting is a company that nobody has matched yet.
type Waiting struct {
	Connection record.ConnectionID
	System     string // what the connection is called
	Key        string // what the source calls it
	Company
	Records int // of it, that nobody sees
}

// Suggestion is what a person may confirm: companies that may be one account.
type Suggestion struct {
	// ID names all of what the suggestion says, so that nothing else is confirmed than
	// what was looked at.
	ID        string
	Companies []Waiting // one, or one of each of several systems
	// Match is the account; its Account is the zero value when the companies look like
	// each other and would be a new one.
	Match
}

// Gather suggests for every company that waits what it may be: an account, or the
// same as a company of another system. What most records wait for comes first.
func Gather(list []Waiting, known *Register) []Suggestion {
	var out []Suggestion
	var rest []Waiting
	for _, w := range list {
		if m := known.Suggest(w.Company); m.Found() {
			out = append(out, Suggestion{Companies: []Waiting{w}, Match: m})
		} else {
			rest = append(rest, w)
		}
	}
	for _, by := range []struct {
		why  Why
		keys func(Waiting) []string
	}{
		{SameTax, func(w Waiting) []string { return numbers(w.TaxIDs) }},
		{SameRegistration, func(w Waiting) []string { return numbers(w.Registrations) }},
		{SameName, func(w Waiting) []string { return []string{folded(w.Name)} }},
		{SameDomain, func(w Waiting) []string { return slices.DeleteFunc(slices.Clone(w.Domains), Public) }},
		{AlikeName, func(w Waiting) []string { return []string{core(w.Name)} }},
	} {
		var found []Suggestion
		found, rest = twins(rest, by.why, by.keys)
		out = append(out, found...)
	}
	for i := range out {
		out[i].ID = out[i].id()
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return b.Records() - a.Records() })
	return out
}

// Records counts what nobody sees of the companies.
func (s Suggestion) Records() int {
	n := 0
	for _, w := range s.Companies {
		n += w.Records
	}
	return n
}

// id is made of everything that a person looks at.
func (s Suggestion) id() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s|%q|%s|%q", s.Account.ID, s.Account.Name, s.Why, s.Detail) // never fails: see hash.Hash
	for _, w := range s.Companies {
		_, _ = fmt.Fprintf(h, "|%s|%q|%q", w.Connection, w.Key, w.Name)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func numbers(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = number(id)
	}
	return out
}

// twins are companies of different systems with the same key: one of each. Two of one
// system with one key are not told apart, and nothing is said of them.
func twins(list []Waiting, why Why, keys func(Waiting) []string) (found []Suggestion, rest []Waiting) {
	by := map[string][]int{}
	for i, w := range list {
		for _, key := range keys(w) {
			enter(by, key, i)
		}
	}
	taken := make([]bool, len(list))
	for i, w := range list {
		for _, key := range keys(w) {
			if taken[i] || !apart(list, by[key], taken) {
				continue
			}
			s := Suggestion{Match: Match{Why: why}}
			if why != SameName && why != AlikeName {
				s.Detail = shownAs(w, key)
			}
			for _, at := range by[key] {
				taken[at] = true
				s.Companies = append(s.Companies, list[at])
			}
			found = append(found, s)
		}
	}
	for i, w := range list {
		if !taken[i] {
			rest = append(rest, w)
		}
	}
	return found, rest
}

// apart reports whether companies are at least two, each of another system, and none
// of them is the same as something else already.
func apart(list []Waiting, at []int, taken []bool) bool {
	systems := map[record.ConnectionID]bool{}
	for _, i := range at {
		if taken[i] || systems[list[i].Connection] {
			return false
		}
		systems[list[i].Connection] = true
	}
	return len(at) > 1
}

// shownAs is a key as the company itself has it.
func shownAs(w Waiting, key string) string {
	for _, id := range slices.Concat(w.TaxIDs, w.Registrations) {
		if number(id) == key {
			return strings.TrimSpace(id)
		}
	}
	return key
}

// Double is two accounts that look like the same client.
type Double struct {
	One, Other Known
	Why        Why
	Detail     string
}

// Doubles are the pairs among accounts that have the same number, name or domain.
func Doubles(list []Known) []Double {
	var out []Double
	paired := map[[2]int]bool{}
	for _, by := range []struct {
		why  Why
		keys func(Known) []string
	}{
		{SameTax, func(k Known) []string { return numbers(k.TaxIDs) }},
		{SameRegistration, func(k Known) []string { return numbers(k.Registrations) }},
		{SameName, func(k Known) []string { return []string{folded(k.Name)} }},
		{SameDomain, func(k Known) []string { return slices.DeleteFunc(slices.Clone(k.Domains), Public) }},
		{AlikeName, func(k Known) []string { return []string{core(k.Name)} }},
	} {
		at := map[string][]int{}
		var order []string
		for i, k := range list {
			for _, key := range by.keys(k) {
				if key != "" && len(at[key]) == 0 {
					order = append(order, key)
				}
				enter(at, key, i)
			}
		}
		for _, key := range order {
			places := at[key]
			if len(places) != 2 || paired[[2]int(places)] || akin(list[places[0]], list[places[1]]) {
				continue
			}
			paired[[2]int(places)] = true
			d := Double{One: list[places[0]], Other: list[places[1]], Why: by.why}
			if by.why != SameName && by.why != AlikeName {
				d.Detail = key
			}
			out = append(out, d)
		}
	}
	return out
}

// akin reports whether one account is a branch of the other: they share much, on purpose.
func akin(a, b Known) bool { return a.Parent == b.ID || b.Parent == a.ID }
