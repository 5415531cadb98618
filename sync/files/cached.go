package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
)

// fetchMost is how long one download from another system may take: a large file over
// a slow line. Silence ends it much earlier.
const fetchMost = 30 * time.Minute

// Cached returns the bytes that fetch gives for key, and how many they are. The
// first asker of an account fetches and everybody who asks meanwhile waits for
// that one download; later ones read the disk. An asker who leaves does not end
// the download for the others. Entries never cross accounts. Errors of fetch
// keep their kind; a download past the limit is fault.TooLarge.
func (s *Store) Cached(ctx context.Context, account record.AccountID, key string, fetch func(ctx context.Context) (io.ReadCloser, error)) (io.ReadCloser, int64, error) {
	if account.IsZero() {
		return nil, 0, missing()
	}
	at := cachePlace(account, key)
	if rc, size, err := s.openCached(at); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return rc, size, err
	}
	done := s.flight.DoChan(at, func() (any, error) {
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchMost)
		defer cancel()
		return nil, s.download(work, at, fetch)
	})
	select {
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case res := <-done:
		if res.Err != nil {
			return nil, 0, res.Err
		}
	}
	rc, size, err := s.openCached(at)
	if err != nil {
		return nil, 0, diskFault("read download", err)
	}
	return rc, size, nil
}

func (s *Store) openCached(at string) (io.ReadCloser, int64, error) {
	f, err := s.root.Open(at)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(diskFault("read download", err), f.Close())
	}
	// Being read keeps an entry young; failing to note that only ends it sooner.
	if now := s.o.Now(); now.Sub(info.ModTime()) > 24*time.Hour {
		_ = s.root.Chtimes(at, now, now)
	}
	return f, info.Size(), nil
}

func (s *Store) download(ctx context.Context, at string, fetch func(ctx context.Context) (io.ReadCloser, error)) error {
	if _, err := s.root.Stat(at); err == nil {
		return nil // somebody was faster between our look and our turn
	}
	body, err := fetch(ctx)
	if err != nil {
		return fault.At("fetch file", err)
	}
	_, err = s.write(at, ctxReader{ctx, body}, s.o.MaxCached)
	closed := body.Close()
	var source errSource
	switch {
	case errors.Is(err, errOver):
		return fault.Newf(fault.TooLarge, "This file is larger than %d MB and cannot be shown here. Ask us for it.", s.o.MaxCached>>20).Because("fetch file", err)
	case errors.As(err, &source):
		return fault.Wrap(fault.Unavailable, "fetch file", source.error)
	case err != nil:
		return diskFault("keep download", err)
	default:
		return fault.Wrap(fault.Unavailable, "finish download", closed)
	}
}

// Forget removes every cached download of an account: it was matched to the
// wrong company, or erased.
func (s *Store) Forget(_ context.Context, account record.AccountID) error {
	if account.IsZero() {
		return nil
	}
	if err := s.root.RemoveAll(path.Join(cache, account.String())); err != nil {
		return diskFault("forget downloads", err)
	}
	return nil
}

// Sweep removes downloads that nobody has read for long and leftovers of
// broken transfers, and returns how many files went. It may run while the
// store is in use.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	now, gone := s.o.Now(), 0
	for dir, life := range map[string]time.Duration{cache: s.o.CacheLife, arriving: time.Hour} {
		err := fs.WalkDir(s.root.FS(), dir, func(at string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || ctx.Err() != nil {
				return errors.Join(ignoreMissing(err), ctx.Err())
			}
			info, err := d.Info()
			if err != nil {
				return ignoreMissing(err)
			}
			if now.Sub(info.ModTime()) > life {
				if err := s.root.Remove(at); err != nil {
					return ignoreMissing(err)
				}
				gone++
			}
			return nil
		})
		if err != nil {
			return gone, diskFault("sweep files", err)
		}
	}
	return gone, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// cachePlace names an entry by account and a hash, so that a key may hold anything.
func cachePlace(account record.AccountID, key string) string {
	sum := sha256.Sum256([]byte(key))
	return path.Join(cache, account.String(), hex.EncodeToString(sum[:]))
}
