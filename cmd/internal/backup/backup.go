// Package backup is the file that a whole embedded Portico fits into: a tar of
// its database and uploads with a manifest at the end, compressed, and encrypted
// (age) when somebody is named who may read it.
//
// It promises that a backup is there whole or not at all, that it never replaces
// another one, and that whoever reads it back gets exactly what the manifest
// names, byte for byte, or an error. It does not know what a database is, and it
// never sees a key of Portico's.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"portico/sync/fault"
)

// format is raised when an older program could not read a backup any more.
const format = 1

const manifestName = "manifest.json"

// Manifest says what a backup holds.
type Manifest struct {
	Format  int       `json:"format"`
	Made    time.Time `json:"made"`
	Program string    `json:"program"` // release and revision that made it
	Schema  int       `json:"schema"`  // of the database
	// Rows counts the rows of every table.
	Rows map[string]int64 `json:"rows"`
	// Verifier is the public key of the audit log.
	Verifier string  `json:"verifier"`
	Entries  []Entry `json:"entries"` // everything before the manifest, in order
}

// Entry is one file.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Part is a file to be backed up. It must not change while it is read; one that
// is gone (fs.ErrNotExist) is left out.
type Part struct {
	Name string
	Open func() (io.ReadCloser, int64, error)
}

// Write makes the backup at path, which must not exist, and returns the manifest
// with its entries. Recipients are age's (age1…); without any it is not encrypted.
func Write(ctx context.Context, path string, recipients []string, m Manifest, parts []Part) (Manifest, error) {
	to, err := parse(recipients)
	if err != nil {
		return m, err
	}
	if _, err := os.Lstat(path); err == nil {
		return m, fault.Newf(fault.Invalid, "%s exists already. A backup never replaces another file.", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".portico-backup-*") // mode 0600
	if err != nil {
		return m, fault.Newf(fault.Invalid, "The backup cannot be written: %v.", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // by then it has its other name, too
	m.Format = format
	err = m.fill(ctx, f, to, parts)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return m, fault.Wrap(fault.Unavailable, "write the backup", err)
	}
	// Linked and not renamed: that fails when another backup has come first.
	if err := os.Link(f.Name(), path); err != nil {
		return m, fault.Wrap(fault.Invalid, "name the backup", err)
	}
	return m, syncFolder(filepath.Dir(path))
}

func parse(recipients []string) ([]age.Recipient, error) {
	if len(recipients) == 0 {
		return nil, nil
	}
	to, err := age.ParseRecipients(strings.NewReader(strings.Join(recipients, "\n")))
	if err != nil {
		return nil, fault.New(fault.Invalid, "A recipient is the public key of age, which starts with age1.").Because("read recipients", err)
	}
	return to, nil
}

// fill writes the stream; its layers are closed from the inside out.
func (m *Manifest) fill(ctx context.Context, out io.Writer, to []age.Recipient, parts []Part) error {
	sealed := io.WriteCloser(plain{out})
	if len(to) > 0 {
		var err error
		if sealed, err = age.Encrypt(out, to...); err != nil {
			return err
		}
	}
	small, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	files := tar.NewWriter(small)
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.add(files, p); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := files.WriteHeader(m.header(manifestName, int64(len(text)))); err != nil {
		return err
	}
	_, err = files.Write(text)
	return errors.Join(err, files.Close(), small.Close(), sealed.Close())
}

// plain is the layer of a backup that is not encrypted.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

func (m *Manifest) header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made, Format: tar.FormatPAX}
}

func (m *Manifest) add(files *tar.Writer, p Part) error {
	r, size, err := p.Open()
	if errors.Is(err, fs.ErrNotExist) || fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read
	if err := files.WriteHeader(m.header(p.Name, size)); err != nil {
		return err
	}
	sum := sha256.New()
	// A file that is longer now is refused by the tar, a shorter one at the next header.
	if _, err := io.Copy(io.MultiWriter(files, sum), r); err != nil {
		return err
	}
	m.Entries = append(m.Entries, Entry{p.Name, size, hex.EncodeToString(sum.Sum(nil))})
	return files.Flush()
}

// syncFolder makes a new name survive a power cut.
func syncFolder(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- the administrator names the folder
	if err != nil {
		return fault.Wrap(fault.Unavailable, "sync the folder of the backup", err)
	}
	return fault.Wrap(fault.Unavailable, "sync the folder of the backup", errors.Join(d.Sync(), d.Close()))
}
