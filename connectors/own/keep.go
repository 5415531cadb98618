package own

import (
	"os"
	"path/filepath"
	"strings"

	"portico/connectors/engine"
)

// remember takes up what ran before the program ended; the caller holds the lock.
// What the folder has now replaces it at once. Until then, or when its file has
// mistakes or is gone, it goes on for what is connected.
func (f *Folder) remember() {
	if f.o.Keep == "" {
		return
	}
	entries, err := os.ReadDir(f.o.Keep)
	if err != nil {
		return // nothing was kept yet
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".yaml")
		if !ok || f.o.BuiltIn(id) {
			continue
		}
		data, err := readWhole(filepath.Join(f.o.Keep, e.Name()))
		if err != nil {
			f.o.Log.Warn("a kept connector cannot be read", "connector", id, "error", err)
			continue
		}
		r := reading{name: e.Name()}
		if r.take(data); r.manifest == nil || r.id != id {
			f.o.Log.Warn("a kept connector does not fit this program any more", "connector", id)
			continue
		}
		f.running[id] = Version{Connector: engine.New(r.manifest), ID: id, Hash: r.hash, Gone: true}
	}
}

// keepAll writes copies of what runs and was not kept yet.
func (f *Folder) keepAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.o.Keep == "" || !f.keeps {
		return
	}
	for _, r := range f.files {
		if v, ok := f.running[r.id]; !ok || r.manifest == nil || v.File != r.name || v.Hash != r.hash || r.kept == r.hash {
			continue
		}
		if err := keep(f.o.Keep, r.id, r.data); err != nil {
			f.o.Log.Warn("a connector that works is not kept: a restart with mistakes in its file would let its connections rest", "connector", r.id, "error", err)
		}
		r.kept = r.hash
	}
}

// keep writes one copy, whole or not at all.
func keep(dir, id string, data []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, id+".*.new")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), filepath.Join(dir, id+".yaml"))
}
