package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Outcome is what becomes of a line of a file.
type Outcome string

// Outcomes.
const (
	Created Outcome = "created" // this connection says nothing of it yet
	Changed Outcome = "changed"
	Same    Outcome = "same"
	Left    Outcome = "left" // it is not taken; Why says why
)

// Outcomes are all of them, in the order in which people read them.
var Outcomes = []Outcome{Created, Changed, Left, Same}

// Setting is a setting of a file beside the one that is in use.
type Setting struct {
	Outcome
	Field   remote.Field
	Was, Is string
	Why     Why
}

// Status is a row of the dictionary beside the one that is in use.
type Status struct {
	Outcome
	Was, Is record.Meaning
}

// Match is a company of a file, and the account that it is or would be.
type Match struct {
	Outcome
	Key, Name string // as they are here, or in the file when they are not
	Account   record.AccountInfo
	Why       Why
}

// Choice is an authority of a file beside the one that is in use.
type Choice struct {
	Outcome
	Was  *authority.Rule
	Is   authority.Rule
	With string // the other connection, as the file names it
	Why  Why
}

// Why is the reason for which a line is not taken.
type Why string

// Reasons.
const (
	Elsewhere   Why = "elsewhere"    // it leads to another address than the credentials are for
	NoSetting   Why = "no_setting"   // the system asks for no such setting
	NotSeen     Why = "not_seen"     // the system has not shown this company
	OtherName   Why = "other_name"   // the key is another company's here
	NoAccount   Why = "no_account"   // there is no such account
	TwoAccounts Why = "two_accounts" // several accounts have the name
	Taken       Why = "taken"        // the company is another account's; that is repaired by hand
	NoPartner   Why = "no_partner"   // there is no such connection
)

// Plan is what a file would do to a connection, line by line.
type Plan struct {
	From      string // the connection that the file was made of
	Settings  []Setting
	Statuses  []Status
	Companies []Match
	Choices   []Choice
}

// Counts says how many lines come to what.
func (p Plan) Counts() map[Outcome]int {
	out := map[Outcome]int{}
	for _, x := range p.Settings {
		out[x.Outcome]++
	}
	for _, x := range p.Statuses {
		out[x.Outcome]++
	}
	for _, x := range p.Companies {
		out[x.Outcome]++
	}
	for _, x := range p.Choices {
		out[x.Outcome]++
	}
	return out
}

// Changes is how many lines would change something.
func (p Plan) Changes() int {
	n := p.Counts()
	return n[Created] + n[Changed]
}

// Mark tells this plan from every other: what somebody has seen is carried out, and
// nothing else.
func (p Plan) Mark() string {
	data, err := json.Marshal(p)
	if err != nil {
		return "" // no such plan is carried out
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

// Settled are the connection's settings after the plan.
func (p Plan) Settled(was map[string]string) map[string]string {
	out := make(map[string]string, len(was))
	for name, value := range was {
		out[name] = value
	}
	for _, s := range p.Settings {
		if s.Outcome == Created || s.Outcome == Changed {
			out[s.Field.Name] = s.Is
		}
	}
	return out
}

// Compare says what a file would do to a connection as it is. What the file says
// nothing of stays.
func Compare(f File, s State) (Plan, error) {
	p := Plan{From: f.Name, Settings: settings(f, s), Statuses: statuses(f, s), Companies: companies(f, s), Choices: choices(f, s)}
	wrong := s.Spec.Wrong(p.Settled(s.Connection.Settings))
	for _, one := range p.Settings {
		if problem := wrong[one.Field.Name]; problem != "" && one.Outcome != Same {
			return Plan{}, fault.Newf(fault.Invalid, "The setting “%s” of the file: %s", one.Field.Label, problem)
		}
	}
	return p, nil
}

func settings(f File, s State) []Setting {
	var out []Setting
	for _, field := range s.Spec.Fields {
		is, ok := f.Settings[field.Name]
		if !ok || !carried(field) {
			continue
		}
		one := Setting{Outcome: Changed, Field: field, Was: s.Connection.Settings[field.Name], Is: is}
		switch {
		case one.Was == one.Is:
			one.Outcome = Same
		case !slices.Equal(s.Spec.Hosts(map[string]string{field.Name: one.Was}), s.Spec.Hosts(map[string]string{field.Name: one.Is})):
			one.Outcome, one.Why = Left, Elsewhere
		case one.Was == "":
			one.Outcome = Created
		}
		out = append(out, one)
	}
	var strange []string
	for name := range f.Settings {
		if !slices.ContainsFunc(s.Spec.Fields, func(x remote.Field) bool { return x.Name == name && carried(x) }) {
			strange = append(strange, name)
		}
	}
	slices.Sort(strange)
	for _, name := range strange {
		out = append(out, Setting{Outcome: Left, Field: remote.Field{Name: name, Label: name}, Is: f.Settings[name], Why: NoSetting})
	}
	return out
}

func statuses(f File, s State) []Status {
	type key struct {
		kind record.Kind
		raw  string
	}
	have := make(map[key]record.Meaning, len(s.Meanings))
	for _, m := range s.Meanings {
		have[key{m.Kind, m.Raw}] = m
	}
	told := map[key]bool{}
	var out []Status
	for _, line := range f.Statuses {
		k := key{line.Kind, line.Raw}
		if told[k] {
			continue
		}
		told[k] = true
		was, ok := have[k]
		one := Status{Outcome: Changed, Was: was, Is: record.Meaning(line)}
		switch {
		case !ok:
			one.Outcome = Created
		case was == one.Is:
			one.Outcome = Same
		}
		out = append(out, one)
	}
	return out
}

func companies(f File, s State) []Match {
	have := make(map[string]run.Company, len(s.Companies))
	for _, c := range s.Companies {
		have[c.Key] = c
	}
	var out []Match
	for _, line := range f.Companies {
		account, why := accountOf(line, s.Accounts)
		here, ok := have[line.Key]
		one := Match{Outcome: Left, Key: line.Key, Name: line.Name, Account: account, Why: why}
		switch {
		case !ok:
			one.Why = NotSeen
		case !strings.EqualFold(strings.TrimSpace(here.Name), strings.TrimSpace(line.Name)):
			one.Why = OtherName
		case why != "":
		case here.Account.ID == account.ID:
			one.Outcome = Same
		case !here.Account.ID.IsZero():
			one.Why = Taken
		default:
			one.Outcome = Created
		}
		if one.Account.Name == "" {
			one.Account.Name = line.Account
		}
		out = append(out, one)
	}
	return out
}

// accountOf finds the account of a line: by its id, which no other Portico gives, or
// by its name when only one account has that.
func accountOf(line Company, list []record.AccountInfo) (record.AccountInfo, Why) {
	var named []record.AccountInfo
	for _, a := range list {
		if a.ID.String() == line.AccountID {
			return a, ""
		}
		if strings.EqualFold(strings.TrimSpace(a.Name), strings.TrimSpace(line.Account)) {
			named = append(named, a)
		}
	}
	switch len(named) {
	case 0:
		return record.AccountInfo{}, NoAccount
	case 1:
		return named[0], ""
	default:
		return record.AccountInfo{}, TwoAccounts
	}
}

func choices(f File, s State) []Choice {
	var out []Choice
	for _, line := range f.Authorities {
		one := Choice{Outcome: Created, With: line.With, Is: authority.Rule{Kind: line.Kind, Alone: line.Alone}}
		i := slices.IndexFunc(s.Connections, func(c remote.Connection) bool { return c.Name == line.With && c.ID != s.Connection.ID })
		if i < 0 {
			one.Outcome, one.Why = Left, NoPartner
			out = append(out, one)
			continue
		}
		partner := s.Connections[i]
		one.Is.Authority, one.Is.AuthorityName, one.Is.Other, one.Is.OtherName = partner.ID, partner.Name, s.Connection.ID, s.Connection.Name
		if line.Believed == This {
			one.Is.Authority, one.Is.AuthorityName, one.Is.Other, one.Is.OtherName = s.Connection.ID, s.Connection.Name, partner.ID, partner.Name
		}
		for _, r := range s.Rules {
			if r.Kind != line.Kind || !between(r, s.Connection.ID, partner.ID) {
				continue
			}
			was := r
			one.Was, one.Outcome = &was, Changed
			if r.Authority == one.Is.Authority && r.Alone == line.Alone {
				one.Outcome = Same
			}
		}
		out = append(out, one)
	}
	return out
}

// between reports whether a rule is about two connections, whichever is believed.
func between(r authority.Rule, a, b record.ConnectionID) bool {
	return r.Authority == a && r.Other == b || r.Authority == b && r.Other == a
}
