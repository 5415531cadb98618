// Package migrations holds the numbered steps of the schema, once for each
// database, with the same numbers and names. They are append-only: a step that
// was released is never edited.
//
// On PostgreSQL the owner of the tables is subject to row-level security too: a
// step that changes rows of a protected table lifts FORCE before and sets it again.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"
)

//go:embed sqlite/*.sql postgres/*.up.sql postgres/*.down.sql
var files embed.FS

// Dialect names the folder of steps for one kind of database.
type Dialect string

// Dialects that have steps.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

//go:embed postgres/roles.sql
var roles string

// Roles is what the roles of PostgreSQL may do, with :app, :system and :schema
// for their names.
func Roles() string { return roles }

// Step is one numbered change of the schema and its way back.
type Step struct {
	Number   int
	Name     string
	Up, Down string
}

// All returns the steps in order. Numbers may be left out, because steps are made
// side by side. It fails on a duplicate or a step without its way back.
func All(d Dialect) ([]Step, error) {
	folder, err := fs.Sub(files, string(d))
	if err != nil {
		return nil, err
	}
	return Read(folder)
}

// Read is All over another folder, for tests.
func Read(fsys fs.FS) ([]Step, error) {
	names, err := fs.Glob(fsys, "*.up.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	steps := make([]Step, 0, len(names))
	for _, file := range names {
		base := strings.TrimSuffix(file, ".up.sql")
		digits, name, _ := strings.Cut(base, "_")
		n, err := strconv.Atoi(digits)
		if last := Newest(steps); err != nil || n <= last {
			return nil, fmt.Errorf("migration %s: expected a number above %04d; every step has its own", file, last)
		}
		up, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		down, err := fs.ReadFile(fsys, base+".down.sql")
		if err != nil {
			return nil, fmt.Errorf("migration %s has no way back: %w", file, err)
		}
		steps = append(steps, Step{n, name, string(up), string(down)})
	}
	return steps, nil
}

// Newest is the number of the last step; 0 when there is none.
func Newest(steps []Step) int {
	if len(steps) == 0 {
		return 0
	}
	return steps[len(steps)-1].Number
}
