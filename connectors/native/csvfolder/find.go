package csvfolder

import (
	"context"
	"errors"
	"io"
	"os"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Read implements remote.Connector: the rows of these keys, as the files have them now.
func (c Connector) Read(ctx context.Context, conn remote.Conn, refs []record.Ref) ([]record.Record, error) {
	byKind := map[record.Kind]map[string]bool{}
	for _, ref := range refs {
		if byKind[ref.Kind] == nil {
			byKind[ref.Kind] = map[string]bool{}
		}
		byKind[ref.Kind][ref.External] = true
	}
	var out []record.Record
	for _, k := range kinds {
		if len(byKind[k.kind]) == 0 {
			continue
		}
		found, err := find(ctx, conn, k, byKind[k.kind])
		if err != nil {
			return nil, fault.At("read "+k.name, err)
		}
		for _, rec := range found {
			out = append(out, rec.record)
		}
	}
	return out, nil
}

// found is a record, with the file that it is about.
type found struct {
	record record.Record
	path   string
}

// find looks rows up by their keys. Of increments the newest row counts.
func find(ctx context.Context, conn remote.Conn, k *kind, keys map[string]bool) (map[string]found, error) {
	t, err := openTable(conn, k.name)
	if err != nil {
		return nil, err
	}
	defer t.close()
	files := t.files
	if !t.layout.Increment && len(files) > 1 {
		files = files[len(files)-1:]
	}
	out := map[string]found{}
	for _, f := range files {
		if f.Waits != "" {
			break
		}
		if err := t.findIn(ctx, f, keys, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *table) findIn(ctx context.Context, f file, keys map[string]bool, out map[string]found) error {
	s, err := t.scan(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	for {
		g, err := s.next()
		if err != nil || g.end {
			return err
		}
		r := s.reading(g)
		external := r.external()
		if g.rows[0].bad != "" || !keys[external] || g.twice > 0 && !t.layout.Increment {
			continue
		}
		r.bad = ""
		if r.gone() {
			delete(out, external)
			continue
		}
		rec := r.record()
		if r.bad == "" && g.bad == "" {
			one := found{record: rec}
			if t.k.kind == record.KindDocument {
				one.path = r.path()
			}
			out[external] = one
		}
	}
}

// Open implements remote.Connector: the file that lies in the folder by the name that
// the document's row gives, for the client that it belonged to when it was read.
func (c Connector) Open(ctx context.Context, conn remote.Conn, ref record.Ref) (io.ReadCloser, error) {
	gone := fault.New(fault.NotFound, "The file is not there any more.")
	if ref.Kind != record.KindDocument {
		return nil, gone
	}
	k, err := kindOf("documents")
	if err != nil {
		return nil, err
	}
	rows, err := find(ctx, conn, k, map[string]bool{ref.External: true})
	if err != nil {
		return nil, fault.At("find the document", err)
	}
	one, ok := rows[ref.External]
	if !ok {
		return nil, gone
	}
	f, err := open(conn)
	if err != nil {
		return nil, err
	}
	defer f.close()
	opened, _, err := f.read(one.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, gone.Because("open the document", err)
	}
	if err != nil {
		return nil, fault.At("open the document", err)
	}
	return opened, nil
}
