package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"portico/sync/action"
	"portico/sync/fault"
)

// sniff is how many leading bytes decide what a file is (mimetype's own default).
const sniff = 3072

// Keep reads r to its end and stores it under a random name. The error is
// fault.TooLarge past the limit, fault.Invalid for a file that is empty, of a
// kind that is not taken, or not what its name says, and fault.Unavailable when
// the disk is full; then nothing is left on the disk.
func (s *Store) Keep(ctx context.Context, name string, r io.Reader) (action.File, error) {
	name = cleanName(name)
	head, err := io.ReadAll(io.LimitReader(ctxReader{ctx, r}, sniff))
	if err != nil {
		return action.File{}, fault.Wrap(fault.Invalid, "receive file", err)
	}
	contentType, err := accept(name, head)
	if err != nil {
		return action.File{}, err
	}
	id := newID()
	sum := sha256.New()
	body := io.TeeReader(io.MultiReader(bytes.NewReader(head), ctxReader{ctx, r}), sum)
	size, err := s.write(place(id), body, s.o.MaxFile)
	if err != nil {
		return action.File{}, tell(err, s.o.MaxFile)
	}
	return action.File{ID: id, Name: name, ContentType: contentType, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// errOver is a stream that does not end before its limit.
var errOver = errors.New("over the limit")

// errSource marks an error of the sender's side, not of the disk.
type errSource struct{ error }

func (e errSource) Unwrap() error { return e.error }

// write copies r into place by way of a temporary file: whole or not at all,
// and on the disk (fsync) before it has its name.
func (s *Store) write(to string, r io.Reader, most int64) (int64, error) {
	temp := path.Join(arriving, newID())
	f, err := s.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	size, err := fill(f, r, most)
	if err == nil {
		err = s.settle(temp, to)
	}
	if err != nil {
		_ = s.root.Remove(temp) // the sweep finds it if this fails
		return 0, err
	}
	return size, nil
}

// fill copies at most most bytes, syncs and closes.
func fill(f *os.File, r io.Reader, most int64) (int64, error) {
	size, err := io.Copy(f, io.LimitReader(sourceReader{r}, most+1))
	if err == nil && size > most {
		err = errOver
	}
	if err == nil {
		err = f.Sync()
	}
	return size, errors.Join(err, f.Close())
}

// settle gives a whole file its name and makes the name last.
func (s *Store) settle(temp, to string) error {
	dir := path.Dir(to)
	if err := s.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := s.root.Rename(temp, to); err != nil {
		return err
	}
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// tell turns an error of write into a fault.
func tell(err error, most int64) error {
	var source errSource
	switch {
	case errors.Is(err, errOver):
		return fault.New(fault.TooLarge, fmt.Sprintf("One file may have at most %d MB.", most>>20)).Because("store file", err)
	case errors.As(err, &source):
		return fault.Wrap(fault.Invalid, "receive file", source.error)
	default:
		return diskFault("store file", err)
	}
}

// sourceReader marks errors of the reader below.
type sourceReader struct{ r io.Reader }

func (s sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errSource{err}
	}
	return n, err
}

// ctxReader ends when the request does.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
