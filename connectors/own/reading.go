package own

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"portico/connectors/manifest"
	"portico/sync/fault"
)

// largest is how long a manifest may be, in bytes.
const largest = 1 << 20

// name of the manifest in a connector's own folder.
const manifestName = "manifest.yaml"

// reading is what is known of one file.
type reading struct {
	name string // slashes, below the folder

	read, seen stamp // of what was read, and of the last look
	data       []byte
	manifest   *manifest.Manifest // nil when it has mistakes
	id         string
	hash, kept string // of what was read, and of the copy
	says       []string
}

// stamp tells whether a file is another than before.
type stamp struct {
	size  int64
	moved time.Time
	none  bool // it could not be looked at
}

func (r *reading) unread() bool { return r.read == stamp{} }

// look reads the file when it changed and holds still. at once does not wait.
func (r *reading) look(dir string, atOnce bool) {
	is := stampOf(filepath.Join(dir, filepath.FromSlash(r.name)))
	settled := atOnce || is == r.seen
	r.seen = is
	if !settled || is == r.read {
		return
	}
	r.read = is
	r.manifest, r.says = nil, nil
	data, err := readWhole(filepath.Join(dir, filepath.FromSlash(r.name)))
	if err != nil {
		r.says = []string{r.name + ": " + err.Error()}
		return
	}
	r.take(data)
}

// take compiles a text.
func (r *reading) take(data []byte) {
	sum := sha256.Sum256(data)
	r.data, r.hash = data, hex.EncodeToString(sum[:6])
	m, err := parse(r.name, data)
	if err == nil {
		r.manifest, r.id = m, m.ID
		return
	}
	if said := saidID.FindSubmatch(data); said != nil {
		r.id = string(said[1])
	}
	var problems manifest.Problems
	if !errors.As(err, &problems) {
		r.says = []string{r.name + ": " + plain(err)}
		return
	}
	for _, p := range problems {
		r.says = append(r.says, p.String())
	}
}

// saidID finds the id in a file that cannot be read otherwise.
var saidID = regexp.MustCompile(`(?m)^id:[ \t]*["']?([a-z][a-z0-9]*)["']?[ \t]*(?:#.*)?\r?$`)

// parse is manifest.Parse; a text on which the parser itself breaks is a mistake of
// that text and not the end of the program.
func parse(name string, data []byte) (m *manifest.Manifest, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			m, err = nil, fault.New(fault.Setup, "This is no YAML that can be read.").Because("read manifest", fmt.Errorf("%v", broken))
		}
	}()
	return manifest.Parse(name, data)
}

func plain(err error) string {
	if said := fault.Public(err); said != "" {
		return said
	}
	return err.Error()
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{none: true}
	}
	return stamp{size: info.Size(), moved: info.ModTime()}
}

func readWhole(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, why(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("this is not a file")
	case info.Size() > largest:
		return nil, fmt.Errorf("a manifest is at most %d kB long", largest>>10)
	}
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the folder
	if err != nil {
		return nil, why(err)
	}
	return data, nil
}

func why(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return errors.New("the user of the program may not read this")
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("this does not exist")
	default:
		return err
	}
}

// candidates lists the manifests of a folder: NAME.yaml, and manifest.yaml in a
// folder of its own, where recordings lie beside it.
func candidates(dir string, expected bool) (names []string, problem string) {
	if dir == "" {
		return nil, ""
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) && !expected {
		return nil, ""
	}
	if err != nil {
		return nil, fmt.Sprintf("The folder of connectors (connectors.folder) %s cannot be read: %s.", dir, why(err))
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		if ext := path.Ext(name); ext == ".yaml" || ext == ".yml" {
			names = append(names, name)
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, name, manifestName)); !errors.Is(err, fs.ErrNotExist) {
			names = append(names, name+"/"+manifestName)
		}
	}
	slices.Sort(names)
	return names, ""
}

// Files lists the manifests in a folder: the one that is in it as manifest.yaml, or
// all that would be loaded from it.
func Files(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
		return []string{filepath.Join(dir, manifestName)}, nil
	}
	names, problem := candidates(dir, true)
	if problem != "" {
		return nil, fault.New(fault.Invalid, problem)
	}
	for i := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(names[i]))
	}
	return names, nil
}
