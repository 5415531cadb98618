package arch_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portico/cmd/internal/arch"
)

const root = "../../.."

func TestTheHouseKeepsItsLaws(t *testing.T) {
	t.Parallel()
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := arch.Load(t.Context(), abs)
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages found under %s: the laws would hold for nothing", len(packages), abs)
	}
	standard, err := arch.Standard(t.Context(), abs)
	if err != nil {
		t.Fatal(err)
	}
	if !standard["http"] || standard["portico"] {
		t.Fatal("the list of standard packages is wrong")
	}
	for _, sentence := range arch.Check(packages, standard) {
		t.Error(sentence)
	}
}

// pkg is a package that breaks nothing but what a test adds.
func pkg(path string, imports ...string) arch.Package {
	return arch.Package{Path: path, Name: filepath.Base(path), Doc: "Package x.", Imports: imports}
}

func TestEachLawBites(t *testing.T) {
	t.Parallel()
	with := func(p arch.Package, change func(*arch.Package)) arch.Package {
		p.Files = []arch.File{{Path: p.Path + "/x.go", Lines: 10}}
		change(&p)
		return p
	}
	for _, c := range []struct {
		name string
		p    arch.Package
		want string // part of the one sentence; "" means allowed
	}{
		{"ground on middle", pkg("sync/record", "portico/sync/store"), "ground imports only ground"},
		{"ground on ground", pkg("sync/remote", "portico/sync/record"), ""},
		{"ground on the mint", pkg("sync/access", "portico/sync/access/grant"), "ground imports only ground"},
		{"middle on middle", pkg("sync/store", "portico/sync/bus"), "the middle floor imports only ground"},
		{"middle on its own", pkg("sync/store", "portico/sync/store/internal/scoped"), ""},
		{"upper on middle", pkg("sync/push", "portico/sync/store"), "declare the small interface"},
		{"upper on upper", pkg("sync/push", "portico/sync/pull"), "declare the small interface"},
		{"upper on the mint", pkg("sync/push", "portico/sync/access/grant"), ""},
		{"rest on engine", pkg("connectors/rest", "portico/connectors/engine"), "the connector's tools"},
		{"engine on rest", pkg("connectors/engine", "portico/connectors/rest", "portico/connectors/manifest"), ""},
		{"native on sibling", pkg("connectors/native/caldav", "portico/connectors/native/tryton"), "never a sibling"},
		{"page on page", pkg("portal/tickets", "portico/portal/assets"), "a page imports only"},
		{"page on remote", pkg("portal/tickets", "portico/sync/remote"), "a page imports only"},
		{"admin on remote", pkg("portal/admin", "portico/sync/remote"), ""},
		{"page on its own", pkg("portal/tickets", "portico/portal/tickets/reply"), ""},
		{"page on store", pkg("portal/home", "portico/sync/store"), "a page imports only"},
		{"config on ours", pkg("config", "portico/sync/fault"), "config imports nothing"},
		{"anything in cmd", pkg("cmd/internal/app", "portico/config", "portico/sync/store", "portico/portal", "portico/sync/access/grant"), ""},
		{"unknown place", pkg("plugins"), "has no place in the house"},
		{"mux outside the portal", pkg("sync/intake", "github.com/gorilla/mux"), "hidden in portal/..."},
		{"bun outside the store", pkg("cmd/internal/app", "github.com/uptrace/bun/dialect/sqlitedialect"), "hidden in sync/store/..."},
		{"a name that only starts like a library", pkg("cmd/internal/app", "github.com/uptrace/bunny"), ""},
		{"rapid outside tests", pkg("sync/valid", "pgregory.net/rapid"), "hidden in tests"},
		{"standard name", pkg("portal/http"), "name of a standard package"},
		{"empty name", pkg("sync/store/util"), "the name says nothing"},
		{"other name", with(pkg("sync/store"), func(p *arch.Package) { p.Name = "storage" }), "the name of its folder"},
		{"too long", with(pkg("sync/bus"), func(p *arch.Package) { p.Files[0].Lines = 401 }), "has 401 lines"},
		{"long but generated", with(pkg("portal/home"), func(p *arch.Package) { p.Files[0] = arch.File{Path: "portal/home/home_templ.go", Lines: 900} }), ""},
		{"renamed", with(pkg("sync/bus"), func(p *arch.Package) { p.Files[0].Renamed = []string{"sync/change"} }), "renames sync/change"},
		{"no comment", with(pkg("sync/bus"), func(p *arch.Package) { p.Doc = "" }), "no package comment"},
		{"wings in a test", with(pkg("portal/tickets"), func(p *arch.Package) { p.TestImports = []string{"portico/connectors/vendorfake"} }), "the two wings never meet"},
		{"config in a test", with(pkg("sync/store"), func(p *arch.Package) { p.TestImports = []string{"portico/config"} }), "only cmd knows the configuration"},
		{"the mint in a test", with(pkg("sync/store"), func(p *arch.Package) { p.TestImports = []string{"portico/sync/access/grant"} }), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := arch.Check([]arch.Package{c.p}, map[string]bool{"http": true})
			if c.want == "" && len(got) > 0 {
				t.Errorf("refused: %q", got)
			}
			if c.want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("got %q, want one with %q", got, c.want)
			}
		})
	}
	inSync := arch.Package{Path: "sync", Name: "sync", Doc: "x", Files: []arch.File{{Path: "sync/x.go"}}}
	if got := arch.Check([]arch.Package{inSync}, nil); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "holds no Go files") }) {
		t.Errorf("a Go file in sync/ was accepted: %q", got)
	}
	for _, p := range []arch.Package{pkg("sync/store", "portico/sync/access/grant"), pkg("portal/home", "portico/sync/access/grant")} {
		if got := arch.Check([]arch.Package{p}, nil); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "mint scopes") }) {
			t.Errorf("%s may mint scopes: %q", p.Path, got)
		}
	}
}
