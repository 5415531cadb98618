package likeness_test

import (
	"testing"

	"portico/sync/likeness"
	"portico/sync/record"
)

func known(name string, m likeness.Marks) likeness.Known {
	return likeness.Known{AccountInfo: record.AccountInfo{ID: record.NewAccountID(), Name: name}, Marks: m}
}

func at(domains ...string) likeness.Marks { return likeness.Marks{Domains: domains} }

func tax(id string) likeness.Marks { return likeness.Marks{TaxIDs: []string{id}} }

// Every reason, and what must never be one.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	r := likeness.NewRegister([]likeness.Known{
		known("Nordwind Logistik", likeness.Marks{Domains: []string{"nordwind.example", "gmail.com"}, TaxIDs: []string{"DE 811 907 980"}, Registrations: []string{"HRB 12345 B"}}),
		known("Vale & Harbour Ltd.", likeness.Marks{}),
		known("Twins North", likeness.Marks{Domains: []string{"twins.example"}, TaxIDs: []string{"GB123456789"}}),
		known("Twins South", likeness.Marks{Domains: []string{"twins.example"}, TaxIDs: []string{"GB123456789", "XXXXX6789", "000000000", "123"}}),
	})
	for _, c := range []struct {
		name   string
		marks  likeness.Marks
		want   string
		why    likeness.Why
		detail string
	}{
		{"nordwind logistik", likeness.Marks{}, "Nordwind Logistik", likeness.SameName, ""},
		{"Nordwind Logistik GmbH", likeness.Marks{}, "Nordwind Logistik", likeness.AlikeName, ""},
		{"NWL", at("nordwind.example"), "Nordwind Logistik", likeness.SameDomain, "nordwind.example"},
		{"NWL", tax("de811907980"), "Nordwind Logistik", likeness.SameTax, "de811907980"},
		{"NWL", likeness.Marks{Registrations: []string{"HRB-12345-B"}}, "Nordwind Logistik", likeness.SameRegistration, "HRB-12345-B"},
		// A number says more than a name.
		{"Vale & Harbour Ltd.", tax("DE811907980"), "Nordwind Logistik", likeness.SameTax, "DE811907980"},
		// A registration number is no tax number.
		{"NWL", tax("HRB 12345 B"), "", "", ""},
		// Anybody has an address there.
		{"Somebody", at("gmail.com"), "", "", ""},
		// What points at two accounts says nothing.
		{"Somebody", at("twins.example"), "", "", ""},
		{"Somebody", tax("GB123456789"), "", "", ""},
		// No numbers: masked, made up, too short.
		{"Somebody", tax("XXXXX6789"), "", "", ""},
		{"Somebody", tax("000000000"), "", "", ""},
		{"Somebody", tax("123"), "", "", ""},
		// Part of a domain is another one.
		{"Somebody", at("mail.nordwind.example"), "", "", ""},
		{"Vale and Harbour", likeness.Marks{}, "Vale & Harbour Ltd.", likeness.AlikeName, ""},
		{"nordwind", likeness.Marks{}, "Nordwind Logistik", likeness.AlikeName, ""},
		{"valeharbour", likeness.Marks{}, "Vale & Harbour Ltd.", likeness.AlikeName, ""},
		{"vale", likeness.Marks{}, "", "", ""},
		{"Twin", likeness.Marks{}, "", "", ""},
		{"twins", likeness.Marks{}, "", "", ""},
		{"GmbH", likeness.Marks{}, "", "", ""},
		{"Other", likeness.Marks{}, "", "", ""},
	} {
		got := r.Suggest(likeness.Company{Name: c.name, Marks: c.marks})
		if got.Account.Name != c.want || got.Why != c.why || got.Detail != c.detail || got.Found() != (c.want != "") {
			t.Errorf("%s %+v: %q because %q (%s)", c.name, c.marks, got.Account.Name, got.Why, got.Detail)
		}
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{
		"ines@Nordwind.example": "nordwind.example", "https://www.nordwind.example/about?x": "nordwind.example", "nordwind.example:8080": "nordwind.example",
		"www.nordwind.example.": "nordwind.example", "localhost": "", "": "", "ines": "", "<a@nordwind.example>": "nordwind.example",
	} {
		if got := likeness.Domain(of); got != want {
			t.Errorf("%q is at %q", of, got)
		}
	}
	for domain, want := range map[string]bool{
		"gmail.com": true, "yahoo.co.uk": true, "hotmail.fr": true, "web.de": true, "proton.me": true, "163.com": true,
		"nordwind.example": false, "gmailhosting.example": false, "live.nordwind.co.example": false,
	} {
		if got := likeness.Public(domain); got != want {
			t.Errorf("public %s: %v", domain, got)
		}
	}
}
