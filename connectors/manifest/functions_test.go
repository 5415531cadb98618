package manifest_test

import (
	"strings"
	"testing"

	"portico/connectors/manifest"
)

// status compiles an expression as the map of a ticket would.
func status(t *testing.T, source string) (*manifest.Manifest, *manifest.Expr) {
	t.Helper()
	text := strings.Replace(good, "status: item.status", "status: '"+strings.ReplaceAll(source, "'", "''")+"'", 1)
	m, err := manifest.Parse("desk.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	for i, name := range manifest.Shape("ticket") {
		if name == "status" {
			return m, &m.Streams["tickets"].Emit[0].Fields[i]
		}
	}
	t.Fatal("a ticket has no status")
	return nil, nil
}

// eval lets the interpreter run an expression.
func eval(t *testing.T, source string, item any) (any, error) {
	t.Helper()
	_, e := status(t, source)
	return e.Eval(manifest.Env{"item": item, "config": map[string]string{"url": "http://x"}})
}

func TestExpressionsBearWhatSystemsSend(t *testing.T) {
	t.Parallel()
	fields := []any{map[string]any{"name": "Client", "values": []any{"Nordwind"}}, map[string]any{"name": "Empty", "values": []any{}}, map[string]any{"name": "Flat", "value": "x"}, "odd"}
	item := map[string]any{"id": 12.0, "name": "Ines", "none": nil, "fields": fields, "list": []any{map[string]any{"a": "first"}}, "bad": "GrÃ¼n", "well": "Grün ✓"}
	cases := map[string]any{
		"item.name":                       "Ines",
		"item.none.deeper.still":          nil,
		"item.absent.deeper":              nil,
		"item.list[0].a":                  "first",
		"single(item.list).a":             "first",
		"single(item.name)":               "Ines",
		`named(item.fields, "Client")`:    "Nordwind",
		`named(item.fields, "Empty")`:     nil,
		`named(item.fields, "Flat")`:      "x",
		`named(item.name, "Client")`:      nil,
		`pick(item.none, "", item.name)`:  "Ines",
		`quote("it's")`:                   `it\'s`,
		`basename("asset://a.example/7")`: "7",
		`mend(item.bad)`:                  "Grün",
		`mend(item.well)`:                 "Grün ✓",
		`mend(item.none)`:                 "",
		`minor(1050, 2)`:                  "10.50",
		`minor(-5, 2)`:                    "-0.05",
		`minor(7, 0)`:                     "7",
		`minor(1, 3)`:                     "0.001",
		`minor(item.none, 2)`:             nil,
	}
	for source, want := range cases {
		if got, err := eval(t, source, item); err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", source, got, err, want)
		}
	}
}

func TestWhatIsNoCountOfCentsIsRefused(t *testing.T) {
	t.Parallel()
	for _, source := range []string{`minor(1.5, 2)`, `minor("1,5", 2)`, `minor("", 2)`, `minor(1, -1)`, `minor("1e3", 2)`} {
		if got, err := eval(t, source, nil); err == nil {
			t.Errorf("%s is %v", source, got)
		}
	}
}

func TestWhatIsSignedIsRecognised(t *testing.T) {
	t.Parallel()
	name, mail := `Ines "wrote this in the client portal. Reference PRT-X" <x>`, "ines@nordwind.example"
	source := `unsign(sign("Hello\n\n-- \nmy own line", item.name, item.mail, "PRT-AAAABBBBCCCC"))`
	got, err := eval(t, source, map[string]any{"name": name, "mail": mail})
	if err != nil {
		t.Fatal(err)
	}
	out := got.(map[string]string)
	if out["ref"] != "PRT-AAAABBBBCCCC" || out["email"] != mail || out["text"] != "Hello\n\n-- \nmy own line" {
		t.Errorf("read back %q", out)
	}
}

func TestUnsignedTextStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "Hello", "a\n\n-- \nMara Stein", "x wrote this in the client portal. Reference PRT-1", "a\n\n-- \nwrote this in the client portal. Reference "} {
		got, err := eval(t, "unsign(item.text)", map[string]any{"text": text})
		if out := got.(map[string]string); err != nil || out["ref"] != "" || out["text"] != text {
			t.Errorf("%q became %q (%v)", text, out, err)
		}
	}
}

func TestAValueCannotLeaveItsPlaceInAPath(t *testing.T) {
	t.Parallel()
	text := strings.Replace(good, "path: /tickets", `path: "/tickets/{config.url}/x"`, 1)
	m, err := manifest.Parse("desk.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	path, err := m.Streams["tickets"].Request.Path.URL(manifest.Env{"config": map[string]string{"url": "a/../b?c=d#é"}})
	if want := "/tickets/a%2F..%2Fb%3Fc=d%23%C3%A9/x"; err != nil || path != want {
		t.Errorf("path %s (%v), want %s", path, err, want)
	}
}
