package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"portico/cmd/internal/backup"
	"portico/sync/fault"
	"portico/sync/files"
	"portico/sync/store"
)

// Names inside a backup.
const (
	databaseName = "portico.db"   // a file of SQLite
	dumpName     = "portico.dump" // a dump of PostgreSQL
	filesFolder  = "files/"
)

// Backup writes the database and the uploads as they are now into one file,
// while another process may serve them. The keys are not part of it.
func (a *App) Backup(ctx context.Context, path string, recipients []string) (backup.Manifest, error) {
	s, err := a.open(ctx, false)
	if err != nil {
		return backup.Manifest{}, err
	}
	work, done, err := a.workshop()
	if err != nil {
		return backup.Manifest{}, err
	}
	defer done()
	// The copy is plain even when the backup will not be: it stays in the data folder.
	name, copied := databaseName, a.copyDatabase
	if a.cfg.Database.Postgres() {
		name, copied = dumpName, a.dumpDatabase
	}
	database := filepath.Join(work, name)
	m, err := copied(ctx, s, database)
	if err != nil {
		return m, err
	}
	// After the database, so that every upload that it names was there before.
	parts := []backup.Part{{Name: name, Open: func() (io.ReadCloser, int64, error) { return readWhole(database) }}}
	err = a.files.Each(ctx, func(id string, size int64) error {
		parts = append(parts, backup.Part{Name: filesFolder + id, Open: func() (io.ReadCloser, int64, error) {
			r, err := a.files.Open(ctx, id)
			return r, size, err
		}})
		return nil
	})
	if err != nil {
		return m, err
	}
	if m, err = backup.Write(ctx, path, recipients, m, parts); err != nil {
		return m, err
	}
	return m, a.noteBackup(path)
}

// workshop is a folder for one backup at a time; what a killed one left is removed.
func (a *App) workshop() (dir string, done func(), err error) {
	dir = filepath.Join(a.cfg.Data, "backup.tmp")
	lock := flock.New(filepath.Join(a.cfg.Data, "backup.lock"))
	ok, err := lock.TryLock()
	if err != nil || !ok {
		return "", nil, fault.New(fault.Conflict, "Another backup of this data folder is being made right now.").Because("lock", err)
	}
	done = func() {
		_ = os.RemoveAll(dir) // the next one removes it if this fails
		_ = lock.Unlock()
	}
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		done()
		return "", nil, fault.Wrap(fault.Setup, "make a folder for the backup", err)
	}
	return dir, done, nil
}

// copyDatabase makes the copy and describes it. A damaged one is refused: the
// last good backup must not be replaced by it unseen.
func (a *App) copyDatabase(ctx context.Context, s *store.Store, to string) (backup.Manifest, error) {
	m, err := a.manifest(ctx)
	if err != nil {
		return m, err
	}
	if err := s.CopyTo(ctx, to); err != nil {
		return m, err
	}
	is, err := store.Examine(ctx, to)
	if err != nil {
		return m, err
	}
	if len(is.Damage) > 0 {
		return m, fault.Newf(fault.Broken, "The database is damaged, so no backup was made: %s.", is.Damage[0])
	}
	m.Schema, m.Rows = is.Schema, is.Rows
	return m, nil
}

// manifest is what is known of a backup before the database is looked at.
func (a *App) manifest(ctx context.Context) (backup.Manifest, error) {
	key, err := a.AuditKey(ctx)
	return backup.Manifest{Made: a.now().UTC().Truncate(time.Second), Program: a.version, Verifier: key}, err
}

func readWhole(path string) (io.ReadCloser, int64, error) {
	f, err := os.Open(path) // #nosec G304 -- a file of our own
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	return f, info.Size(), err
}

// backupNote is touched when a backup was made, for who asks when that was.
const backupNote = "backup.made"

func (a *App) noteBackup(path string) error {
	note := filepath.Join(a.cfg.Data, backupNote)
	if err := os.WriteFile(note, []byte(path+"\n"), 0o600); err != nil {
		return fault.Wrap(fault.Setup, "note the backup", err)
	}
	now := a.now()
	return fault.Wrap(fault.Setup, "note the backup", os.Chtimes(note, now, now))
}

// lastBackup is when a backup was last made here; zero when none was.
func (a *App) lastBackup() time.Time {
	info, err := os.Stat(filepath.Join(a.cfg.Data, backupNote))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// fileStore is a store of files in a folder that is being restored.
func (a *App) fileStore(dir string) (*files.Store, error) {
	return files.New(files.Options{Dir: dir, Now: a.now})
}
