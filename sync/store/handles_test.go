package store_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/store/internal/scoped"
)

// TestEveryMethodOfAViewersHandleTakesAScope also keeps the store itself out of
// reach: what a handle embedded would be promoted and found here.
func TestEveryMethodOfAViewersHandleTakesAScope(t *testing.T) {
	t.Parallel()
	for _, handle := range []reflect.Type{reflect.TypeFor[*store.Account](), reflect.TypeFor[*store.Staff]()} {
		if handle.NumMethod() == 0 {
			t.Errorf("%s has no methods, so nothing was tested", handle)
		}
		for m := range handle.Methods() {
			f := m.Type
			if f.NumIn() < 3 || f.In(1) != reflect.TypeFor[context.Context]() || f.In(2) != reflect.TypeFor[access.Scope]() {
				t.Errorf("%s.%s is %s; it has to begin with (ctx, access.Scope, …)", handle, m.Name, f)
			}
		}
		for i := range handle.Elem().NumField() {
			if field := handle.Elem().Field(i); field.IsExported() {
				t.Errorf("%s shows its field %s", handle, field.Name)
			}
		}
	}
}

// builds are parts of statements that are completed elsewhere; other tests run
// them whole under the guard.
var builds = map[string]string{
	"tickets":       "the reach is in its variable; see TestTheGuardSeesHowFarStaffReach",
	"questions":     "the same",
	"stuck":         "the same",
	"counting":      "the same",
	"deciders":      "the same; other functions of that name hold no such statement",
	"judged":        "part of statements of the system handle",
	"shown":         "the predicate is in its variable; see TestTheGuardSeesWhatPagesSelectFrom",
	"stop":          "its callers name the account",
	"ready":         "part of statements of the system handle",
	"upsertRecords": "the account is the first of recordColumns",
}

// TestTheGuardNoticesEveryMissingPredicate takes each predicate out of each
// statement of the package and expects the guard to object.
func TestTheGuardNoticesEveryMissingPredicate(t *testing.T) {
	t.Parallel()
	statements, mutants := 0, 0
	eachStatement(t, func(in ast.Decl, text string) {
		if builds[name(in)] != "" {
			return
		}
		if strings.HasPrefix(text, scoped.System) {
			if handle := receiver(in); handle == "Account" || handle == "Staff" || handle == "core" {
				t.Errorf("%s works across accounts for a viewer: %s", name(in), text)
			}
			return
		}
		statements++
		if scoped.Unscoped(text) {
			t.Errorf("without a predicate: %s", text)
			return
		}
		for _, at := range predicates.FindAllStringIndex(text, -1) {
			mutants++
			mutant := text[:at[0]] + strings.Replace(text[at[0]:at[1]], "account_id", "id", 1) + text[at[1]:]
			if !scoped.Unscoped(mutant) {
				t.Errorf("the guard lets this pass: %s", mutant)
			}
		}
	})
	if statements < 10 || mutants < 10 {
		t.Errorf("only %d statements and %d mutants were found", statements, mutants)
	}
}

var (
	predicates    = regexp.MustCompile(`(?i)\b(where|and|on) (\w+\.)?account_id = \?|into (records|actions|approvals|approval_people|approval_versions) \(account_id,`)
	accountTables = regexp.MustCompile(`(?i)\b(from|join|into|update) (records|actions|approvals|approval_people|approval_versions)\b`)
)

// eachStatement visits the constant SQL of the package that uses an account's table.
func eachStatement(t *testing.T, visit func(in ast.Decl, text string)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		for _, d := range file.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, ok := fold(e)
				if ok && accountTables.MatchString(text) {
					visit(d, text)
				}
				return !ok
			})
		}
	}
}

// fold joins the constant parts of a text; what is not constant becomes " … ".
func fold(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && x.Name == "scoped" && e.Sel.Name == "System" {
			return scoped.System, true
		}
	case *ast.BinaryExpr:
		left, a := fold(e.X)
		right, b := fold(e.Y)
		if e.Op == token.ADD && (a || b) {
			if !a {
				left = " … "
			}
			if !b {
				right = " … "
			}
			return left + right, true
		}
	}
	return "", false
}

func name(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		if v, ok := d.Specs[0].(*ast.ValueSpec); ok {
			return v.Names[0].Name
		}
	}
	return ""
}

func receiver(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Recv == nil {
		return ""
	}
	if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
		return star.X.(*ast.Ident).Name
	}
	return ""
}

func TestTheGuardSeesWhatPagesSelectFrom(t *testing.T) {
	t.Parallel()
	account := record.NewAccountID()
	for _, role := range access.MemberRoles {
		table := "SELECT id FROM " + store.Visible(grant.Member(grant.User{ID: "u", Email: "u@nordwind.example"}, account, role), account)
		if scoped.Unscoped(table) {
			t.Errorf("%s: %s", role, table)
		}
		for _, at := range predicates.FindAllStringIndex(table, -1) {
			if mutant := table[:at[0]] + "WHERE true" + table[at[1]:]; !scoped.Unscoped(mutant) {
				t.Errorf("%s: the guard lets this pass: %s", role, mutant)
			}
		}
	}
}

func TestTheGuardSeesHowFarStaffReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := grant.User{ID: "u"}
	for _, s := range []access.Scope{grant.Staff(u, access.Admin, nil), grant.Staff(u, access.Manager, nil), grant.Staff(u, access.Queue, nil),
		grant.Staff(u, access.Agent, []record.AccountID{record.NewAccountID()}), grant.StaffIn(u, access.Admin, record.NewAccountID())} {
		cond := w.Within(s)
		if scoped.Unscoped("SELECT id FROM records AS r WHERE " + cond) {
			t.Errorf("%s: %s", s.Role(), cond)
		}
		if !scoped.Unscoped("SELECT id FROM records AS r WHERE " + strings.ReplaceAll(cond, "/* reach */", "")) {
			t.Errorf("%s: any other list of accounts passes", s.Role())
		}
	}
}

// TestNobodyElseOpensTheDatabase keeps the raw handle in one package.
func TestNobodyElseOpensTheDatabase(t *testing.T) {
	t.Parallel()
	must(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/scoped") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) > 0 {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Raw" && path != "migrate.go" {
				t.Errorf("%s uses the raw database", path)
			}
			return true
		})
		return nil
	}))
}
