// Package files keeps bytes on the local disk: what people upload, for as long
// as an action needs it, and a cache of what was fetched from other systems. It
// promises that a file is there whole or not at all, that its name on the disk
// is random and never the sender's, that no name leads out of the folder, and
// that limits hold while the bytes arrive. It hides the layout of the folder:
//
//	uploads/<2 characters>/<id>     kept files
//	cache/<account>/<hash of key>   downloads, by account
//	arriving/<random>               not yet whole; leftovers are swept
package files

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/singleflight"

	"portico/sync/action"
	"portico/sync/fault"
)

const (
	uploads  = "uploads"
	cache    = "cache"
	arriving = "arriving"
)

// Options configure a Store. Dir is needed.
type Options struct {
	// Dir is the folder; it is made when missing, readable by its owner only.
	Dir string
	// MaxFile is the most bytes of one upload; action.MaxFile when zero.
	MaxFile int64
	// MaxCached is the most bytes of one download; 1 GiB when zero.
	MaxCached int64
	// CacheLife is how long an unused download stays; 30 days when zero.
	CacheLife time.Duration
	Now       func() time.Time
}

// Store is one folder of files. It is safe for concurrent use, and two
// processes may share the folder.
type Store struct {
	o      Options
	root   *os.Root
	flight singleflight.Group
}

// New opens the folder. The error is fault.Setup when it cannot be used.
func New(o Options) (*Store, error) {
	if o.MaxFile == 0 {
		o.MaxFile = action.MaxFile
	}
	if o.MaxCached == 0 {
		o.MaxCached = 1 << 30
	}
	if o.CacheLife == 0 {
		o.CacheLife = 30 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Setup, "make the file folder", err)
	}
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "open the file folder", err)
	}
	for _, dir := range []string{uploads, cache, arriving} {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return nil, errors.Join(fault.Wrap(fault.Setup, "make the file folder", err), root.Close())
		}
	}
	return &Store{o: o, root: root}, nil
}

// Close releases the folder.
func (s *Store) Close() error { return s.root.Close() }

// Open returns the bytes of a kept file, or fault.NotFound.
func (s *Store) Open(_ context.Context, id string) (io.ReadCloser, error) {
	if !isID(id) {
		return nil, missing()
	}
	f, err := s.root.Open(place(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing()
	}
	if err != nil {
		return nil, diskFault("open file", err)
	}
	return f, nil
}

// Drop removes a kept file. Dropping what is not there is no error.
func (s *Store) Drop(_ context.Context, id string) error {
	if !isID(id) {
		return nil
	}
	if err := s.root.Remove(place(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskFault("drop file", err)
	}
	return nil
}

var names = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newID returns 26 characters, 128 random bits.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return names.EncodeToString(b[:])
}

func isID(id string) bool {
	return len(id) == 26 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '2' || r > '7')
	})
}

func place(id string) string { return path.Join(uploads, id[:2], id) }

func missing() error { return fault.New(fault.NotFound, "This file is not here any more.") }

// diskFault tells a full disk, which somebody can end, from a defect.
func diskFault(op string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.Unavailable, "There is no room left to store files. Please tell us, and try again later.").Because(op, err)
	}
	return fault.Wrap(fault.Internal, op, err)
}
