package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Check returns every broken law, one sentence each, in a fixed order.
func Check(packages []Package, standard map[string]bool) []string {
	var broken []string
	for _, p := range packages {
		broken = append(broken, checkImports(p)...)
		broken = append(broken, checkLocks(p)...)
		broken = append(broken, checkWings(p)...)
		broken = append(broken, checkLibraries(p)...)
		broken = append(broken, checkName(p, standard)...)
		broken = append(broken, checkFiles(p)...)
	}
	slices.Sort(broken)
	return slices.Compact(broken)
}

func checkImports(p Package) []string {
	i := slices.IndexFunc(table, func(r row) bool { return matches(p.Path, r.of) })
	if i < 0 {
		return []string{fmt.Sprintf("%s has no place in the house: give it a row in cmd/internal/arch/law.go, and a line in sync/README.md", p.Path)}
	}
	var broken []string
	for _, imported := range p.Imports {
		own, ok := ours(imported)
		if ok && ownerOf(own) != ownerOf(p.Path) && !matches(own, table[i].may) {
			broken = append(broken, fmt.Sprintf("%s imports %s: %s", p.Path, own, table[i].why))
		}
	}
	return broken
}

func checkLocks(p Package) []string {
	var broken []string
	for _, l := range locks {
		inside := []string{l.on}
		refuse := func(imports []string, how string) {
			for _, imported := range imports {
				own, ok := ours(imported)
				if ok && matches(own, inside) && !matches(p.Path, inside) && !matches(p.Path, l.only) {
					broken = append(broken, fmt.Sprintf("%s %s %s: %s", p.Path, how, own, l.why))
				}
			}
		}
		refuse(p.Imports, "imports")
		if !l.tests {
			refuse(p.TestImports, "imports in a test")
		}
	}
	return broken
}

// checkWings keeps connectors and portal apart, in tests as well.
func checkWings(p Package) []string {
	wings := map[string]string{"portal": "connectors/...", "connectors": "portal/..."}
	wing, _, _ := strings.Cut(p.Path, "/")
	other, ok := wings[wing]
	if !ok {
		return nil
	}
	var broken []string
	for _, imported := range append(slices.Clone(p.Imports), p.TestImports...) {
		if own, ok := ours(imported); ok && matches(own, []string{other}) {
			broken = append(broken, fmt.Sprintf("%s imports %s: the two wings never meet; test them together in cmd", p.Path, own))
		}
	}
	return broken
}

func checkLibraries(p Package) []string {
	var broken []string
	for _, imported := range p.Imports {
		for _, l := range libraries {
			if imported != l.prefix && !strings.HasPrefix(imported, l.prefix+"/") || matches(p.Path, l.only) {
				continue
			}
			where := "tests"
			if len(l.only) > 0 {
				where = strings.Join(l.only, ", ")
			}
			broken = append(broken, fmt.Sprintf("%s imports %s: that library is hidden in %s; ask that package for what you need", p.Path, imported, where))
		}
	}
	return broken
}

func checkName(p Package, standard map[string]bool) []string {
	var broken []string
	name := p.Name
	if name == "" || name == "main" {
		name = path.Base(p.Path)
	} else if name != path.Base(p.Path) && !strings.HasSuffix(name, "_test") {
		broken = append(broken, fmt.Sprintf("%s is named %s: a package has the name of its folder", p.Path, name))
	}
	if standard[name] && stdNames[p.Path] == "" {
		broken = append(broken, fmt.Sprintf("%s has the name of a standard package: every file that needs both must rename one", p.Path))
	}
	if slices.Contains(bannedNames, name) {
		broken = append(broken, fmt.Sprintf("%s: the name says nothing; name it after what it knows", p.Path))
	}
	return broken
}

func checkFiles(p Package) []string {
	var broken []string
	code := 0
	for _, f := range p.Files {
		if p.Path == "sync" {
			broken = append(broken, fmt.Sprintf("%s: sync/ itself holds no Go files; it belongs in one of its packages", f.Path))
		}
		if !f.Test {
			code++
		}
		if f.Lines > maxLines && longFiles[f.Path] == "" && !strings.HasSuffix(f.Path, "_templ.go") {
			broken = append(broken, fmt.Sprintf("%s has %d lines, more than %d: split it by idea, or list it in longFiles with the reason", f.Path, f.Lines, maxLines))
		}
		for _, own := range f.Renamed {
			broken = append(broken, fmt.Sprintf("%s renames %s: our own packages keep their names; rename the package or the variable", f.Path, own))
		}
	}
	if code > 0 && strings.TrimSpace(p.Doc) == "" {
		broken = append(broken, fmt.Sprintf("%s has no package comment: say what it promises and what it hides", p.Path))
	}
	return broken
}

// matches reports whether one of the patterns names the package.
func matches(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "..." {
			return true
		}
		if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
			return pkg == tree || strings.HasPrefix(pkg, tree+"/")
		}
		return pkg == pattern
	})
}

// ownerOf names the folder whose packages belong together: two elements, three
// below native, where each folder is a connector of its own. The mint of scopes
// belongs to nobody else.
func ownerOf(pkg string) string {
	if pkg == "sync/access/grant" {
		return pkg
	}
	parts := strings.Split(pkg, "/")
	n := 2
	if strings.HasPrefix(pkg, "connectors/native/") {
		n = 3
	}
	return strings.Join(parts[:min(n, len(parts))], "/")
}
