package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path"

	"portico/sync/fault"
)

// Each visits the id and size of every kept file; one that is dropped meanwhile
// may be among them or not.
func (s *Store) Each(ctx context.Context, visit func(id string, size int64) error) error {
	return fs.WalkDir(s.root.FS(), uploads, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isID(path.Base(at)) || ctx.Err() != nil {
			return errors.Join(ignoreMissing(err), ctx.Err())
		}
		info, err := d.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		return visit(path.Base(at), info.Size())
	})
}

// Put keeps a file under the id that it had in another store. It does not judge
// what the file is: that was done when it was first kept.
func (s *Store) Put(ctx context.Context, id string, r io.Reader) error {
	if !isID(id) {
		return fault.Newf(fault.Invalid, "%q is not the id of a kept file.", id)
	}
	if _, err := s.write(place(id), ctxReader{ctx, r}, math.MaxInt64-1); err != nil {
		return tell(err, 0)
	}
	return nil
}
