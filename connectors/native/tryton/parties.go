package tryton

import (
	"slices"
	"strings"
	"time"

	"portico/sync/record"
)

var inactive = map[string]any{"active_test": false}

// parties are the companies and people that the provider does business with. A
// party that was deactivated, or merged into another, is gone.
var parties = &stream{
	spec:   daily("parties", 15*time.Minute, record.KindAccount),
	model:  "party.party",
	domain: func(s *session) []any { return []any{notUs(s), []any{"active", "=", true}} },
	gone:   func(s *session) []any { return []any{notUs(s)} },
	fields: []string{"name", "full_name", "active", "tax_identifier.code", "contact_mechanisms.type", "contact_mechanisms.value"},
	// A changed contact or identifier does not touch the party.
	related: []string{"contact_mechanisms.", "identifiers."},
	context: inactive,
	marks:   []string{"active"},
	kinds:   active(record.KindAccount),
	build: func(_ *session, r *reading, _ record.Kind) record.Record {
		name := r.text("name")
		if name == "" {
			name = r.text("full_name")
		}
		return record.Record{Company: r.key("id"), Body: record.Account{
			Name: name, TaxID: r.sub("tax_identifier").text("code"), Domains: domains(r.rows("contact_mechanisms")),
		}}
	},
}

// notUs leaves out the parties that are the provider's own companies.
func notUs(s *session) []any { return []any{"id", "not in", s.who.own} }

func active(kind record.Kind) func(*reading) []record.Kind {
	return func(r *reading) []record.Kind {
		if !r.yes("active") {
			return nil
		}
		return []record.Kind{kind}
	}
}

// domains are those of the party's mail addresses, at most as many as a record may have.
func domains(mechanisms []*reading) []string {
	var out []string
	for _, m := range mechanisms {
		if m.text("type") != "email" {
			continue
		}
		if _, domain, ok := strings.Cut(m.text("value"), "@"); ok && domain != "" {
			out = append(out, strings.ToLower(domain))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), 50)]
}

// contacts are the mail addresses of parties: Tryton has no persons beside them.
var contacts = &stream{
	spec:  daily("contacts", 15*time.Minute, record.KindContact),
	model: "party.contact_mechanism",
	domain: func(*session) []any {
		return []any{email, []any{"active", "=", true}, []any{"party.active", "=", true}}
	},
	gone:    func(*session) []any { return []any{email} },
	fields:  []string{"name", "value", "active", "party.name", "party.active"},
	related: []string{"party."},
	context: inactive,
	marks:   []string{"active", "party.active"},
	kinds: func(r *reading) []record.Kind {
		if !r.yes("active") || !r.sub("party").yes("active") {
			return nil
		}
		return []record.Kind{record.KindContact}
	},
	build: func(_ *session, r *reading, _ record.Kind) record.Record {
		name := r.text("name")
		if name == "" {
			name = r.sub("party").text("name")
		}
		return record.Record{Company: r.sub("party").key("id"), Body: record.Contact{Name: name, Email: r.text("value")}}
	},
}

var email = []any{"type", "=", "email"}
