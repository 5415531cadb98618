package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"portico/sync/fault"
)

const (
	masterSize = 32 // bytes
	idSize     = 4  // bytes
	header     = "# Keys that seal Portico's credentials, oldest first. Back this file up apart from the database."
	maxKeyFile = 1 << 20 // bytes
)

// Load reads the key file, or makes one with a fresh key when there is none.
// It refuses (fault.Setup) a file that others on the machine can read, because
// the keys in it are then no secret any more. Two processes that start at once
// end up with the same key.
func Load(path string) (*Vault, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, err
		}
	}
	keys, err := read(path)
	if err != nil {
		return nil, err
	}
	return &Vault{path: path, keys: keys}, nil
}

// Rotate adds a fresh key to the file and seals with it from now on. Other
// processes learn of it when they first meet a text that it sealed. Only one
// process may rotate at a time.
func (v *Vault) Rotate() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	keys, err := read(v.path) // another process may have added one
	if err != nil {
		return err
	}
	keys = append(keys, newKey())
	tmp, err := write(v.path, keys)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, v.path); err != nil {
		_ = os.Remove(tmp)
		return fault.Wrap(fault.Setup, "replace key file", err)
	}
	if err := syncFolder(v.path); err != nil {
		return err
	}
	v.keys = keys
	return nil
}

// reload reads the key file again.
func (v *Vault) reload() error {
	keys, err := read(v.path)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys = keys
	return nil
}

func newKey() key {
	var k key
	var id [idSize]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	_, _ = rand.Read(k.master[:])
	k.id = hex.EncodeToString(id[:])
	return k
}

// create writes a first key. The finished file is linked into place, so that a
// crash leaves none rather than half a one, and of two starters the first wins.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Setup, "make the folder of the key file", err)
	}
	tmp, err := write(path, []key{newKey()})
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fault.Wrap(fault.Setup, "create key file", err)
	}
	return syncFolder(path)
}

// write puts keys into a new file beside path that only its owner may read.
func write(path string, keys []key) (tmp string, err error) {
	var b bytes.Buffer
	fmt.Fprintln(&b, header)
	for _, k := range keys {
		fmt.Fprintln(&b, k.id, base64.StdEncoding.EncodeToString(k.master[:]))
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return "", fault.Wrap(fault.Setup, "write key file", err)
	}
	_, err = f.Write(b.Bytes())
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fault.Wrap(fault.Setup, "write key file", err)
	}
	return f.Name(), nil
}

// syncFolder makes the new name survive a power cut.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fault.Wrap(fault.Setup, "sync the folder of the key file", err)
	}
	return fault.Wrap(fault.Setup, "sync the folder of the key file", errors.Join(d.Sync(), d.Close()))
}

func read(path string) ([]key, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read key file", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fault.Newf(fault.Setup, "The key file %s must be a plain file, not a link or a folder.", path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fault.Newf(fault.Setup,
			"The key file %s can be read or changed by other users of this machine (mode %04o). Run: chmod 600 %s", path, info.Mode().Perm(), path)
	case info.Size() > maxKeyFile:
		return nil, fault.Newf(fault.Setup, "The key file %s is too large to be one.", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read key file", err)
	}
	keys, err := parse(string(data))
	if err != nil {
		return nil, fault.Newf(fault.Setup, "The key file %s is damaged (%s). Restore it from a backup.", path, err)
	}
	return keys, nil
}

// parse reads the lines of a key file. Its errors never quote a line.
func parse(text string) ([]key, error) {
	var keys []key
	seen := map[string]bool{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, master, _ := strings.Cut(line, " ")
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(master))
		if err != nil || len(raw) != masterSize || len(id) != 2*idSize {
			return nil, fmt.Errorf("line %d is not a key", n)
		}
		if seen[id] {
			return nil, fmt.Errorf("line %d repeats a key id", n)
		}
		seen[id] = true
		keys = append(keys, key{id: id, master: [masterSize]byte(raw)})
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no key")
	}
	return keys, nil
}
