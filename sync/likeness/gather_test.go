package likeness_test

import (
	"slices"
	"testing"

	"portico/sync/likeness"
	"portico/sync/record"
)

// Companies that are no account yet are suggested as one new account when two systems
// have the same of them, and only then.
func TestCompaniesOfTwoSystemsAreSuggestedAsOne(t *testing.T) {
	t.Parallel()
	desk, books := record.NewConnectionID(), record.NewConnectionID()
	of := func(c record.ConnectionID, key string, records int, m likeness.Marks) likeness.Waiting {
		return likeness.Waiting{Connection: c, Key: key, Company: likeness.Company{Name: key, Marks: m}, Records: records}
	}
	list := []likeness.Waiting{
		of(desk, "NWL", 3, tax("DE811907980")), of(books, "Nordwind Logistik", 4, tax("DE 811 907 980")),
		of(desk, "Vale", 1, at("vale.example")), of(books, "Harbour", 1, at("vale.example")),
		of(desk, "Lumen Ltd", 0, likeness.Marks{}), of(books, "lumen", 0, likeness.Marks{}),
		// Two of one system, and something that everybody has.
		of(desk, "North", 9, at("twins.example")), of(desk, "South", 9, at("twins.example")), of(books, "Twins", 9, at("twins.example")),
		of(desk, "Ada", 9, at("gmail.com")), of(books, "Bob", 9, at("gmail.com")),
		// An account comes first.
		of(desk, "Brightwater", 5, likeness.Marks{}), of(books, "Brightwater", 5, likeness.Marks{}),
	}
	r := likeness.NewRegister([]likeness.Known{known("Brightwater", likeness.Marks{})})
	got := likeness.Gather(list, r)
	type line struct {
		companies, account string
		why                likeness.Why
		detail             string
	}
	var lines []line
	for _, s := range got {
		l := line{account: s.Account.Name, why: s.Why, detail: s.Detail}
		for _, w := range s.Companies {
			l.companies += w.Name + ";"
		}
		lines = append(lines, l)
	}
	want := []line{
		{"NWL;Nordwind Logistik;", "", likeness.SameTax, "DE811907980"},
		{"Brightwater;", "Brightwater", likeness.SameName, ""}, {"Brightwater;", "Brightwater", likeness.SameName, ""},
		{"Vale;Harbour;", "", likeness.SameDomain, "vale.example"},
		{"Lumen Ltd;lumen;", "", likeness.AlikeName, ""},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%+v", lines)
	}

	// What was looked at is named by all that it says.
	again := likeness.Gather(list, r)
	list[0].Name = "Nordwind Ltd"
	changed := likeness.Gather(list, r)
	if got[0].ID == "" || got[0].ID != again[0].ID || got[0].ID == changed[0].ID {
		t.Errorf("%q, again %q, changed %q", got[0].ID, again[0].ID, changed[0].ID)
	}
}

func TestAccountsThatLookLikeOneClient(t *testing.T) {
	t.Parallel()
	head := known("Brightwater", at("bright.example"))
	branch := known("Brightwater North", at("bright.example"))
	branch.Parent = head.ID
	got := likeness.Doubles([]likeness.Known{known("NWL", tax("DE811907980")), known("Nordwind", tax("de 811 907 980")), known("Vale", at("vale.example", "gmail.com")),
		known("Harbour", at("vale.example")), known("Lumen Ltd", at("gmail.com")), known("lumen", likeness.Marks{}), head, branch})
	var lines []string
	for _, d := range got {
		lines = append(lines, d.One.Name+"="+d.Other.Name+" "+string(d.Why)+" "+d.Detail)
	}
	if want := []string{"NWL=Nordwind tax DE811907980", "Vale=Harbour domain vale.example", "Lumen Ltd=lumen alike "}; !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}
