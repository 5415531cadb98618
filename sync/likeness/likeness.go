// Package likeness says which account a company of a source may be, and why: the same
// tax or registration number, the same name, the same mail domain. It promises that a
// suggestion names what is the same, that nothing is suggested which points at two
// accounts at once, and that mail domains open to everybody say nothing. It decides
// nothing: a person does. It hides how names and numbers are compared.
package likeness

import (
	"slices"
	"strings"

	"portico/sync/record"
)

// Why says what makes a company look like an account.
type Why string

// Reasons for a suggestion, the best first.
const (
	SameTax          Why = "tax"
	SameRegistration Why = "registration"
	SameName         Why = "name"
	SameDomain       Why = "domain"
	AlikeName        Why = "alike"
)

// Marks are what tells a company from others beside its name.
type Marks struct {
	TaxIDs, Registrations []string
	Domains               []string // of mail addresses and of the website, lower case
}

// Add puts what another source knows beside it.
func (m Marks) Add(more Marks) Marks {
	return Marks{union(m.TaxIDs, more.TaxIDs), union(m.Registrations, more.Registrations), union(m.Domains, more.Domains)}
}

func union(a, b []string) []string {
	for _, s := range b {
		if s != "" && !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// MarksOf are those of a company as its source has it.
func MarksOf(a record.Account) Marks {
	m := Marks{TaxIDs: union(nil, []string{a.TaxID}), Registrations: union(nil, []string{a.Registration})}
	for _, d := range a.Domains {
		m.Domains = union(m.Domains, []string{Domain(d)})
	}
	return m
}

// Company is a company of a source.
type Company struct {
	Name string
	Marks
}

// Known is an account with what tells it from others.
type Known struct {
	record.AccountInfo
	Marks
}

// Match is the account that a company may be; the zero value when none is.
type Match struct {
	Account record.AccountInfo
	Why     Why
	Detail  string // the number or domain that is the same, as the company has it
}

// Found reports whether there is one.
func (m Match) Found() bool { return m.Why != "" }

// Register is all accounts, ready to be looked up. It is safe for concurrent use.
type Register struct {
	list                        []Known
	tax, number, domain, called map[string][]int // places in list
	cores                       []string
}

// NewRegister reads accounts once, so that thousands of companies can be compared.
func NewRegister(list []Known) *Register {
	r := &Register{list: list, tax: map[string][]int{}, number: map[string][]int{}, domain: map[string][]int{},
		called: map[string][]int{}, cores: make([]string, len(list))}
	for i, k := range list {
		for _, id := range k.TaxIDs {
			enter(r.tax, number(id), i)
		}
		for _, id := range k.Registrations {
			enter(r.number, number(id), i)
		}
		for _, d := range k.Domains {
			if !Public(d) {
				enter(r.domain, d, i)
			}
		}
		enter(r.called, folded(k.Name), i)
		r.cores[i] = core(k.Name)
	}
	return r
}

func enter(in map[string][]int, key string, i int) {
	if key != "" && !slices.Contains(in[key], i) {
		in[key] = append(in[key], i)
	}
}

// Suggest finds the account that a company may be.
func (r *Register) Suggest(c Company) Match {
	for _, id := range c.TaxIDs {
		if m, ok := r.only(r.tax[number(id)], SameTax, id); ok {
			return m
		}
	}
	for _, id := range c.Registrations {
		if m, ok := r.only(r.number[number(id)], SameRegistration, id); ok {
			return m
		}
	}
	if m, ok := r.only(r.called[folded(c.Name)], SameName, ""); ok {
		return m
	}
	for _, d := range c.Domains {
		if Public(d) {
			continue
		}
		if m, ok := r.only(r.domain[d], SameDomain, d); ok {
			return m
		}
	}
	if i := r.alike(c.Name); i >= 0 {
		return Match{Account: r.list[i].AccountInfo, Why: AlikeName}
	}
	return Match{}
}

// only is the account at places when there is exactly one: what points at two says
// nothing.
func (r *Register) only(places []int, why Why, detail string) (Match, bool) {
	if len(places) != 1 {
		return Match{}, false
	}
	return Match{Account: r.list[places[0]].AccountInfo, Why: why, Detail: detail}, true
}

// shortest is how many letters of a name's beginning say something.
const shortest = 5

// alike finds the account whose name is the same but for its legal form, or else the
// only one whose name begins so: calendars and tags call clients by a short name. -1
// is none.
func (r *Register) alike(name string) int {
	plain := core(name)
	if plain == "" {
		return -1
	}
	same, begins := -1, -1
	for i, whole := range r.cores {
		switch short := joined(plain); {
		case plain == whole:
			if same >= 0 {
				return -1
			}
			same = i
		case len(short) >= shortest && strings.HasPrefix(joined(whole), short):
			if begins >= 0 {
				begins = len(r.cores) // several
			} else {
				begins = i
			}
		}
	}
	if same >= 0 {
		return same
	}
	if begins == len(r.cores) {
		return -1
	}
	return begins
}
