package requesttracker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// save writes the state to Path, if there is one, whole or not at all: a reader
// sees the old file or the new one. The lock is held by the caller.
func (f *Fake) save() error {
	if f.opts.Path == "" {
		return nil
	}
	data, err := json.Marshal(f.db)
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	draft, err := os.CreateTemp(filepath.Dir(f.opts.Path), filepath.Base(f.opts.Path)+".*")
	if err != nil {
		return fmt.Errorf("create state file: %w", err)
	}
	defer func() { _ = os.Remove(draft.Name()) }() // gone already when all went well
	_, err = draft.Write(data)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write %s: %w", draft.Name(), err)
	}
	if err := os.Rename(draft.Name(), f.opts.Path); err != nil {
		return fmt.Errorf("replace state file: %w", err)
	}
	return nil
}

// load reads Path when it exists.
func (f *Fake) load() error {
	if f.opts.Path == "" {
		return nil
	}
	data, err := os.ReadFile(f.opts.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read state file: %w", err)
	}
	f.db = state{}
	if err := json.Unmarshal(data, &f.db); err != nil {
		return fmt.Errorf("read state file %s: %w", f.opts.Path, err)
	}
	f.index()
	return nil
}

// Seed fills an empty fake and saves once at the end, not after each of the
// many changes. It does nothing when there are tickets already, and must not
// run beside anything else.
func (f *Fake) Seed(seed func(*Fake)) error {
	if !f.Empty() {
		return nil
	}
	path := f.opts.Path
	f.opts.Path = ""
	seed(f)
	f.opts.Path = path
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.save()
}

// Empty reports whether there is no ticket, so that a seed is wanted.
func (f *Fake) Empty() bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.db.Tickets) == 0
}

// index rebuilds what is derived from the state.
func (f *Fake) index() {
	f.history, f.parts = map[objectKey][]*transaction{}, map[int][]*attachment{}
	for _, tx := range f.db.Transactions {
		key := objectKey{tx.ObjectType, tx.ObjectID}
		f.history[key] = append(f.history[key], tx)
	}
	for _, a := range f.db.Attachments {
		f.parts[a.Transaction] = append(f.parts[a.Transaction], a)
	}
}
