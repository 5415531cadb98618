// Package own is the connectors that an administrator adds without a compiler:
// manifests in a folder, read again when one changes. It promises that a file
// with mistakes, two files with one id, an unreadable folder and a file that is
// gone leave running what ran before, and that each of them is told with its
// place. Nothing in the folder takes the place of a built-in connector.
//
// It hides the files: how a change is noticed, and the copies by which a version
// that worked survives a restart.
package own

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/sync/remote"
)

// every is how often the folder is looked at. A changed file is read at the second
// look that finds it the same, so that none is taken while it is being written.
const every = 2 * time.Second

// Options are where the folder is and what stands beside it.
type Options struct {
	Dir string // may be missing
	// Keep is a folder of the program's own for copies of versions that worked.
	Keep string
	// Expected says that somebody named Dir, so that it should be there.
	Expected bool
	// BuiltIn reports whether an id belongs to the program.
	BuiltIn func(id string) bool
	Log     *slog.Logger
}

// Version is a manifest that compiled, at work.
type Version struct {
	remote.Connector

	ID   string
	File string // in the folder
	Hash string // the beginning of the SHA-256 of the file
	// Gone says that no file has this id any more: it runs for what is connected.
	Gone bool
}

// Mistake is a file, or the folder, that cannot be used as it is.
type Mistake struct {
	File string
	ID   string   // as far as it can be told, or ""
	Says []string // each with its place where there is one
	// Runs is the hash of the version that goes on meanwhile, or "".
	Runs string
}

// Folder is the manifests of one folder. It is safe for concurrent use.
type Folder struct {
	o Options

	mu       sync.Mutex
	looked   bool
	keeps    bool
	files    map[string]*reading
	running  map[string]Version
	mistakes []Mistake
	owed     []string // ids whose change was not told yet
}

// New returns a folder that is looked at when it is first asked.
func New(o Options) *Folder {
	return &Folder{o: o, files: map[string]*reading{}, running: map[string]Version{}}
}

// Find returns the version of an id that runs.
func (f *Folder) Find(id string) (Version, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first()
	v, ok := f.running[id]
	return v, ok
}

// Versions lists what runs, by id.
func (f *Folder) Versions() []Version {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first()
	var out []Version
	for _, v := range f.running {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Version) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Mistakes lists what cannot be used, by file.
func (f *Folder) Mistakes() []Mistake {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first()
	return slices.Clone(f.mistakes)
}

// Dir is where the folder is.
func (f *Folder) Dir() string { return f.o.Dir }

// first looks once; the caller holds the lock.
func (f *Folder) first() {
	if !f.looked {
		f.remember()
		f.look()
	}
}

// Look looks at the folder and returns the ids whose version is another than before.
func (f *Folder) Look() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.looked {
		f.remember()
	}
	return f.look()
}

// Run looks again and again until ctx ends, and tells of every change. What was
// told and failed is told again.
func (f *Folder) Run(ctx context.Context, changed func(ctx context.Context, ids []string) error) error {
	for _, v := range f.Versions() {
		f.announce(v)
	}
	f.mu.Lock()
	f.keeps = true
	f.mu.Unlock()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		f.Look()
		f.keepAll()
		if owed := f.take(); len(owed) > 0 {
			if err := changed(ctx, owed); err == nil {
				f.told(len(owed))
			} else if ctx.Err() == nil {
				f.o.Log.Warn("a changed connector is not in use everywhere yet; this is tried again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// take is whose change has to be told; told forgets the first n of them.
func (f *Folder) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.owed)
}

func (f *Folder) told(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owed = f.owed[n:]
}
