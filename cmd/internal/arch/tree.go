// Package arch holds the laws of the house (sync/README.md) as one table, and
// the tests that enforce them over what "go list" says. It promises that a
// broken law names the rule and what to do instead. Nothing imports it.
package arch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Module is the path that our own imports start with.
const Module = "portico"

// Package is what the laws look at.
type Package struct {
	Path        string // in the module; "" is the module's root
	Name        string
	Doc         string
	Imports     []string
	TestImports []string // of tests beside the code, both in and outside the package
	Files       []File
}

// File is one Go file of a package.
type File struct {
	Path    string // in the module
	Lines   int
	Test    bool
	Renamed []string // our own packages that it imports under another name
}

// listed is the part of go list's answer that we read.
type listed struct {
	ImportPath, Name, Dir, Doc                   string
	Imports, TestImports, XTestImports           []string
	GoFiles, TestGoFiles, XTestGoFiles, CgoFiles []string
}

// Load reads the packages of the module whose root folder is given.
func Load(ctx context.Context, root string) ([]Package, error) {
	out, err := goList(ctx, root, "-e", "-json=ImportPath,Name,Dir,Doc,Imports,TestImports,XTestImports,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles", "./...")
	if err != nil {
		return nil, err
	}
	var all []Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if strings.Contains(l.ImportPath, "/node_modules/") {
			continue // npm packages sometimes carry Go of their own
		}
		p, err := l.read(root)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// Standard returns the last elements of the standard library's import paths.
func Standard(ctx context.Context, root string) (map[string]bool, error) {
	out, err := goList(ctx, root, "std")
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for p := range strings.FieldsSeq(string(out)) {
		if !strings.Contains("/"+p+"/", "/internal/") && !strings.HasPrefix(p, "vendor/") {
			names[path.Base(p)] = true
		}
	}
	return names, nil
}

func goList(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...) // #nosec G204 -- fixed arguments
	cmd.Dir = root
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go list: %w: %s", err, exit.Stderr)
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return out, nil
}

func (l listed) read(root string) (Package, error) {
	p := Package{
		Path: strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, Module), "/"), Name: l.Name, Doc: l.Doc,
		Imports: l.Imports, TestImports: append(l.TestImports, l.XTestImports...),
	}
	for _, group := range [][]string{l.GoFiles, l.CgoFiles, l.TestGoFiles, l.XTestGoFiles} {
		for _, name := range group {
			f, err := readFile(root, filepath.Join(l.Dir, name))
			if err != nil {
				return Package{}, err
			}
			p.Files = append(p.Files, f)
		}
	}
	return p, nil
}

func readFile(root, name string) (File, error) {
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return File{}, fmt.Errorf("name %s: %w", name, err)
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, name, nil, parser.ImportsOnly)
	if err != nil {
		return File{}, fmt.Errorf("read imports: %w", err)
	}
	f := File{Path: filepath.ToSlash(rel), Lines: set.File(parsed.Pos()).LineCount(), Test: strings.HasSuffix(name, "_test.go")}
	for _, spec := range parsed.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return File{}, fmt.Errorf("read imports of %s: %w", rel, err)
		}
		if own, ok := ours(target); ok && spec.Name != nil {
			f.Renamed = append(f.Renamed, own)
		}
	}
	return f, nil
}

// ours returns the path in the module of an import of ours.
func ours(imported string) (string, bool) {
	if imported == Module {
		return "", true
	}
	return strings.CutPrefix(imported, Module+"/")
}
