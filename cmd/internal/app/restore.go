package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"portico/cmd/internal/backup"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/store"
)

// restoring is where a backup is unpacked, inside the folder that it is for.
const restoring = ".restoring"

// Restore makes a data folder of a backup and holds everything in it. Only when
// all of it has been verified does anything get its name; identity is as for
// backup.Read. A dump of PostgreSQL is loaded into the database that the
// configuration names, which must be empty.
func (a *App) Restore(ctx context.Context, path, into, identity string) (backup.Manifest, audit.Report, error) {
	work := filepath.Join(into, restoring)
	if err := vacant(into); err != nil {
		return backup.Manifest{}, audit.Report{}, err
	}
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o700)); err != nil {
		return backup.Manifest{}, audit.Report{}, fault.Wrap(fault.Setup, "make the folder", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // empty by then, or what a failure left
	m, err := a.unpack(ctx, path, identity, work)
	if err != nil {
		return m, audit.Report{}, err
	}
	names := []string{"files", databaseName}
	o := store.Options{Path: filepath.Join(work, databaseName), Now: a.now}
	if dumped := filepath.Join(work, dumpName); exists(dumped) {
		names, o = []string{"files"}, a.database()
		err = a.loadDatabase(ctx, dumped, m)
	} else {
		err = matches(ctx, o.Path, m)
	}
	if err != nil {
		return m, audit.Report{}, err
	}
	log, err := a.awaken(ctx, o, m)
	if err != nil {
		return m, log, err
	}
	return m, log, settle(work, into, names)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// vacant refuses a folder with anything in it but the leftovers of a restore.
func vacant(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Newf(fault.Invalid, "%s cannot be used: %v.", dir, err)
	}
	for _, e := range list {
		if e.Name() != restoring && e.Name() != "lost+found" {
			return fault.Newf(fault.Invalid, "%s is not empty. A restore never writes over anything: name a new folder.", dir)
		}
	}
	return nil
}

func (a *App) unpack(ctx context.Context, path, identity, work string) (backup.Manifest, error) {
	kept, err := a.fileStore(filepath.Join(work, "files"))
	if err != nil {
		return backup.Manifest{}, err
	}
	m, err := backup.Read(ctx, path, identity, func(name string, r io.Reader) error {
		if id, ok := strings.CutPrefix(name, filesFolder); ok {
			return kept.Put(ctx, id, r)
		}
		if name != databaseName && name != dumpName {
			return fault.Newf(fault.Broken, "%q does not belong into a backup of Portico.", name)
		}
		return fault.Wrap(fault.Unavailable, "write the database", writeNew(filepath.Join(work, name), r))
	})
	return m, errors.Join(err, kept.Close())
}

func writeNew(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- a file of our own
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

// matches holds the database against itself and against the manifest.
func matches(ctx context.Context, database string, m backup.Manifest) error {
	is, err := store.Examine(ctx, database)
	switch {
	case err != nil:
		return err
	case len(is.Damage) > 0:
		return fault.Newf(fault.Broken, "The database in the backup is damaged: %s.", is.Damage[0])
	case is.Schema != m.Schema || !maps.Equal(is.Rows, m.Rows):
		return fault.New(fault.Broken, "The database in the backup does not hold what its manifest says.")
	default:
		return nil
	}
}

// awaken brings the database to this program's schema, verifies its audit log
// and puts everything on hold.
func (a *App) awaken(ctx context.Context, o store.Options, m backup.Manifest) (audit.Report, error) {
	s, err := store.Open(ctx, o, true)
	if err != nil {
		return audit.Report{}, err
	}
	log, err := verified(ctx, s.System(), m.Verifier)
	if err == nil {
		err = s.System().Hold(ctx, "restored from the backup of "+m.Made.Format("2 January 2006, 15:04 MST"))
		if fault.Is(err, fault.Conflict) {
			err = nil // it was held when it was backed up
		}
	}
	return log, errors.Join(err, s.Close())
}

// verified checks the audit log against its heads without leaving the program.
func verified(ctx context.Context, sys *store.System, verifier string) (audit.Report, error) {
	in, out := io.Pipe()
	go func() {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		out.CloseWithError(sys.ExportAudit(ctx, func(l audit.Line) error { return lines.Encode(l) }))
	}()
	r, err := audit.Verify(in, verifier)
	_ = in.Close() // lets the writer end when the reader has stopped early
	if err != nil {
		return r, fault.New(fault.Broken, "The audit log in the backup does not hold.").Because("verify", fmt.Errorf("audit log: %w", err))
	}
	return r, nil
}

// settle gives everything its name, the database last: what has none is no data folder.
func settle(work, into string, names []string) error {
	for _, name := range names {
		if err := os.Rename(filepath.Join(work, name), filepath.Join(into, name)); err != nil {
			return fault.Wrap(fault.Unavailable, "put the restored files in place", err)
		}
	}
	d, err := os.Open(into) // #nosec G304 -- the administrator names the folder
	if err != nil {
		return fault.Wrap(fault.Unavailable, "sync the folder", err)
	}
	return fault.Wrap(fault.Unavailable, "sync the folder", errors.Join(d.Sync(), d.Close()))
}
