package connections

import (
	"context"
	"slices"
	"strings"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Why says what makes a company look like an account.
type Why string

// Reasons for a suggestion, the best first.
const (
	SameName   Why = "name"
	SameDomain Why = "domain"
	AlikeName  Why = "alike"
)

// Candidate is a company that waits for a person, with what it may be.
type Candidate struct {
	run.Company
	Suggested record.AccountInfo // zero when nothing is
	Why       Why
	Detail    string // the domain
}

// Known is an account with what tells it from others.
type Known struct {
	record.AccountInfo
	Domains []string // of its members' addresses
}

// Accounts are the client companies that a company may be.
type Accounts interface {
	AllAccounts(ctx context.Context) ([]record.AccountInfo, error)
}

// Matching says which company is which account. fault.Conflict is a company that
// somebody else has matched meanwhile.
type Matching interface {
	// Companies lists every company, those that wait first.
	Companies(ctx context.Context, id record.ConnectionID) ([]run.Company, error)
	// Suggest completes companies that wait with what they may be.
	Suggest(ctx context.Context, id record.ConnectionID, list []run.Company) ([]Candidate, error)
	Match(ctx context.Context, s access.Scope, id record.ConnectionID, picks []Pick) error
	Unmatch(ctx context.Context, s access.Scope, id record.ConnectionID, key string) error
	Repair(ctx context.Context, id record.ConnectionID, key string) (run.Repair, error)
}

// Suggest finds the account that a company may be: by its name, by the domain of its
// contacts, by a name that only differs in its legal form or is the beginning of
// one. A person decides.
func Suggest(company remote.Company, domains []string, accounts []Known) Candidate {
	out := Candidate{Company: run.Company{Key: company.Key, Name: company.Name}}
	name := called(company)
	for _, a := range accounts {
		if strings.EqualFold(strings.TrimSpace(a.Name), name) {
			out.Suggested, out.Why = a.AccountInfo, SameName
			return out
		}
	}
	for _, a := range accounts {
		for _, d := range domains {
			if !public[d] && slices.Contains(a.Domains, d) {
				out.Suggested, out.Why, out.Detail = a.AccountInfo, SameDomain, d
				return out
			}
		}
	}
	if a, ok := alike(name, accounts); ok {
		out.Suggested, out.Why = a.AccountInfo, AlikeName
	}
	return out
}

// shortest is how many letters of a name's beginning say something.
const shortest = 5

// alike finds the account whose name is the same but for its legal form, or else the
// only one whose name begins so: calendars and tags call clients by a short name.
func alike(name string, accounts []Known) (Known, bool) {
	plain := core(name)
	if plain == "" {
		return Known{}, false
	}
	var begins []Known
	for _, a := range accounts {
		whole := core(a.Name)
		if plain == whole {
			return a, true
		}
		if short := joined(plain); len(short) >= shortest && strings.HasPrefix(joined(whole), short) {
			begins = append(begins, a)
		}
	}
	if len(begins) != 1 {
		return Known{}, false
	}
	return begins[0], true
}

func joined(words string) string { return strings.ReplaceAll(words, " ", "") }

// called is what a source calls a company; some only have a key.
func called(c remote.Company) string {
	if name := strings.TrimSpace(c.Name); name != "" {
		return name
	}
	return strings.TrimSpace(c.Key)
}

// core is a name without case, punctuation, legal form and words that say nothing.
func core(name string) string {
	fields := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return strings.ContainsRune(" .,-_&+/()\"'", r)
	})
	kept := slices.DeleteFunc(fields, func(word string) bool { return forms[word] })
	return strings.Join(kept, " ")
}

// forms are legal forms and filler words of company names.
var forms = set("gmbh", "ag", "kg", "ug", "ohg", "co", "ltd", "limited", "llc", "inc", "incorporated", "corp", "corporation",
	"plc", "llp", "lp", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "pty", "group", "holding", "the", "and", "und")

// public are domains of addresses that belong to no company.
var public = set("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
	"aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com", "mail.com", "posteo.de")

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
