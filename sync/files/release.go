package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"time"
)

// Release drops uploads that arrived before a moment and are not needed any
// more: their actions have ended, or none was ever recorded. It returns how many
// went. An upload that is younger stays, because its action may be recorded
// after needed was read.
func (s *Store) Release(ctx context.Context, before time.Time, needed map[string]bool) (int, error) {
	gone := 0
	err := fs.WalkDir(s.root.FS(), uploads, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ctx.Err() != nil {
			return errors.Join(ignoreMissing(err), ctx.Err())
		}
		if needed[path.Base(at)] {
			return nil
		}
		info, err := d.Info()
		if err != nil || !info.ModTime().Before(before) {
			return ignoreMissing(err)
		}
		if err := s.root.Remove(at); err != nil {
			return ignoreMissing(err)
		}
		gone++
		return nil
	})
	if err != nil {
		return gone, diskFault("release uploads", err)
	}
	return gone, nil
}
