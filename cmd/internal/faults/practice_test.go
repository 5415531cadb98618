//go:build faults

package faults_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	provider = "Halden Faults"
	system   = "Help desk"
	password = "four blunt garden spoons"
)

// company is a client of the practice. Its mark stands in everything that only
// it may see; the mark of no company is part of another's.
type company struct{ name, email, mark string }

// secret stands in everything that is internal about the company.
func (c company) secret() string { return "hush-" + c.mark }

var companies = []company{
	{"Quellwerk GmbH", "ada@quellwerk.example", "qqxalpha"},
	{"Zirkon Dental", "ben@zirkon.example", "zzxbravo"},
	{"Jasper & Vale", "cleo@jasper.example", "jjxcharlie"},
}

// world is a portal over a source, with the three companies matched and a
// person of each.
type world struct {
	*trial
	*portal
	source *source
}

// template is a data folder with accounts and people that worlds copy, because
// hashing passwords is slow on purpose.
var template struct {
	dir  string
	once sync.Once
	err  string
}

// newWorld sets everything up through the program's own commands.
func newWorld(x *trial, tickets int, env ...string) *world {
	x.Helper()
	w := &world{trial: x, portal: newPortal(x.T, x.mode, env...), source: newSource(x.T, x.skew)}
	w.source.fill(tickets)
	w.must([]string{"PORTICO_SECRET_TOKEN=" + hubToken}, "connector", "add", "requesttracker", "--name", system,
		"--set", "url="+w.source.server.URL, "--set", "user="+hub, "--allow-private", w.source.address())
	w.must(nil, "connector", "discover", system)
	w.must(nil, "connector", "pull", system)
	for _, c := range companies {
		w.must(nil, "connector", "match", system, c.name, "--account", c.name)
	}
	return w
}

// newPortal is a database of its own with accounts and people, not served yet.
func newPortal(t *testing.T, m mode, env ...string) *portal {
	t.Helper()
	p := &portal{t: t, dir: t.TempDir(), env: env}
	for _, start := range m.starts {
		p.processes = append(p.processes, &process{p: p, args: strings.Fields(start)})
	}
	p.place(m)
	if m.postgres {
		return p
	}
	template.once.Do(func() { furnishTemplate(t) })
	if template.err != "" {
		t.Fatal(template.err)
	}
	if err := copyTree(p.dir, template.dir); err != nil {
		t.Fatal(err)
	}
	return p
}

// furnishTemplate makes the template.
func furnishTemplate(t *testing.T) {
	template.err = "the template could not be made"
	if err := os.MkdirAll(template.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p := &portal{t: t, dir: template.dir}
	p.must(nil, "migrate")
	p.furnish()
	template.err = ""
}

// furnish adds the accounts and their people.
func (p *portal) furnish() {
	p.t.Helper()
	for _, c := range companies {
		p.must(nil, "account", "add", c.name)
		p.must(nil, "account", "launch", c.name, "invited")
		p.must([]string{"PORTICO_PASSWORD=" + password}, "user", "add", c.email, "--name", "Person "+c.mark, "--account", c.name, "--role", "owner")
	}
}

// copyTree copies files with their permissions: a key that others may read is
// refused by the program.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}
