package own

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"portico/connectors/engine"
)

// look reads what changed and decides what runs; the caller holds the lock.
func (f *Folder) look() []string {
	names, problem := candidates(f.o.Dir, f.o.Expected)
	first := !f.looked
	f.looked = true
	for name := range f.files {
		if !slices.Contains(names, name) {
			delete(f.files, name)
		}
	}
	for _, name := range names {
		r := f.files[name]
		if r == nil {
			r = &reading{name: name}
			f.files[name] = r
		}
		r.look(f.o.Dir, first)
	}
	before := f.mistakes
	f.mistakes = nil
	if problem != "" {
		f.mistakes = append(f.mistakes, Mistake{Says: []string{problem}})
	}
	claims := f.claims(names)
	changed := f.settle(claims)
	for id, v := range f.running {
		if gone := len(claims[id]) == 0; gone != v.Gone {
			v.Gone = gone
			f.running[id] = v
		}
	}
	f.tell(before)
	f.owed = append(f.owed, changed...)
	return changed
}

// claims is which files say that they are which id.
func (f *Folder) claims(names []string) map[string][]*reading {
	out := map[string][]*reading{}
	for _, name := range names {
		if r := f.files[name]; r.id != "" {
			out[r.id] = append(out[r.id], r)
		}
	}
	return out
}

// settle puts each good file to work, and says of the others what is wrong.
func (f *Folder) settle(claims map[string][]*reading) []string {
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		r := f.files[name]
		says := r.says
		switch rivals := claims[r.id]; {
		case r.unread():
			continue
		case f.o.BuiltIn(r.id):
			says = append(slices.Clone(says), fmt.Sprintf("%s: %q is the id of a connector that comes with Portico; give yours another one.", name, r.id))
		case len(rivals) > 1:
			says = append(slices.Clone(says), fmt.Sprintf("%s: %s have the id %q; none of them is taken until only one has it.", name, listed(rivals), r.id))
		}
		if len(says) > 0 {
			f.mistakes = append(f.mistakes, Mistake{File: name, ID: r.id, Says: says, Runs: f.runs(r.id)})
			continue
		}
		was, ran := f.running[r.id]
		if ran && was.Hash == r.hash {
			was.File = name
			f.running[r.id] = was
			continue
		}
		f.running[r.id] = Version{Connector: engine.New(r.manifest), ID: r.id, File: name, Hash: r.hash}
		changed = append(changed, r.id)
		if f.keeps { // a command says nothing of it
			f.announce(f.running[r.id])
		}
	}
	return changed
}

func (f *Folder) announce(v Version) {
	f.o.Log.Info("a connector of your own is in use", "connector", v.ID, "file", v.File, "hash", v.Hash, "gone", v.Gone)
}

// runs is the hash of the version that goes on, or "".
func (f *Folder) runs(id string) string {
	if f.o.BuiltIn(id) {
		return ""
	}
	return f.running[id].Hash
}

func listed(rivals []*reading) string {
	names := make([]string, len(rivals))
	for i, r := range rivals {
		names[i] = r.name
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// tell logs mistakes once, and that they are mended.
func (f *Folder) tell(before []Mistake) {
	same := func(a Mistake) func(Mistake) bool {
		return func(b Mistake) bool { return a.File == b.File && slices.Equal(a.Says, b.Says) }
	}
	for _, m := range f.mistakes {
		if !slices.ContainsFunc(before, same(m)) {
			f.o.Log.Warn("a connector file cannot be used", "file", m.File, "mistake", m.Says[0], "mistakes", len(m.Says), "goes_on", m.Runs)
		}
	}
	if len(before) > 0 && len(f.mistakes) == 0 {
		f.o.Log.Info("every connector file can be used again", "folder", f.o.Dir)
	}
}
