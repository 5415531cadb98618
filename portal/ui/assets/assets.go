// Package assets serves the styles, script and icons that the pages use. They are
// built from src by npm into dist and embedded; a binary built without them still
// runs, and Built says so. Names carry a hash of the content, so that a browser
// may keep a file for ever; each is stored compressed and sent as the browser asks.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// Prefix is where Handler is to be mounted.
const Prefix = "/assets/"

// HowToBuild is what to tell whoever started a binary that was built without assets.
const HowToBuild = `The styles and scripts are not built into this program: run "make assets", then build again.`

//go:embed dist
var embedded embed.FS

// Set is one build of the assets.
type Set struct {
	files    fs.FS
	manifest map[string]string // logical name → file name
	logical  map[string]string // file name → logical name
	sprite   string
}

// Load reads a folder as build.mjs writes it. A folder without manifest.json is
// an empty set, not an error.
func Load(files fs.FS) (*Set, error) {
	s := &Set{files: files, manifest: map[string]string{}, logical: map[string]string{}}
	data, err := fs.ReadFile(files, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	if err := json.Unmarshal(data, &s.manifest); err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	for logical, name := range s.manifest {
		s.logical[name] = logical
	}
	sprite, err := fs.ReadFile(files, "sprite.svg")
	if err != nil {
		return nil, fmt.Errorf("read icon sprite: %w", err)
	}
	s.sprite = string(sprite)
	return s, nil
}

var own = sync.OnceValue(func() *Set {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic("assets: " + err.Error()) // the folder is embedded above
	}
	s, err := Load(dist)
	if err != nil {
		panic("assets: " + err.Error()) // the build wrote both files or neither
	}
	return s
})

// Built reports whether this program was built with its assets.
func Built() bool { return own().Built() }

// Path returns the address of an asset by its logical name ("app.css").
func Path(logical string) string { return own().Path(logical) }

// Sprite returns the symbols of all icons, to be put inside one hidden svg element.
func Sprite() string { return own().sprite }

// Built reports whether the set holds anything.
func (s *Set) Built() bool { return len(s.manifest) > 0 }

// Path returns the address of an asset by its logical name. A name that the set
// does not hold yields an address that answers 404.
func (s *Set) Path(logical string) string {
	if name, ok := s.manifest[logical]; ok {
		return Prefix + name
	}
	return Prefix + strings.TrimPrefix(logical, "/")
}
