package csvfolder

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// mostRows is how many rows a file may have: their keys are remembered as numbers, to
// find the ones that come twice.
const mostRows = 5_000_000

// scan reads a file as a table that was explained, one document after the other.
type scan struct {
	*plan

	f      file
	t      *table
	opened *os.File
	read   *counted
	rows   *rows
	ahead  *row // read already, and not part of the document before
	groups int  // documents, or rows, so far
	keys   map[uint64]int32
	seed   maphash.Seed
	end    bool
}

// group is the rows of one record.
type group struct {
	rows  []row
	twice int    // the line on which its key stood before; 0 is never
	bad   string // why they do not belong together
	end   bool
}

type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// scan opens a file and finds its columns.
func (t *table) scan(ctx context.Context, f file) (*scan, error) {
	opened, info, err := t.folder.read(f.Name)
	if err != nil {
		return nil, err
	}
	s := &scan{f: f, t: t, opened: opened, read: &counted{r: opened}, keys: map[uint64]int32{}, seed: maphash.MakeSeed()}
	if markOf(f.Name, info) != f.Mark {
		s.close()
		return nil, fault.Newf(fault.Unavailable, "%s changed just now. It is read once it is still.", f.Name)
	}
	s.rows = newRows(decoded(ctx, s.read, t.layout.Encoding), signs[t.layout.Separator])
	if err := s.head(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *scan) close() { _ = s.opened.Close() }

// head reads the names of the columns. Their order is free; one that is gone stops the
// table, because nobody can tell what took its place.
func (s *scan) head() error {
	first, err := s.rows.next()
	if errors.Is(err, io.EOF) {
		return fault.Newf(fault.Broken, "%s is empty. Nothing was changed or deleted.", s.f.Name)
	}
	if err != nil {
		return wrong(s.f, err)
	}
	if first.bad != "" {
		return fault.Newf(fault.Broken, "%s, line %d, should name the columns. %s", s.f.Name, first.line, first.bad)
	}
	heads := headers(first.cells)
	var missing []string
	if s.plan, missing = planOf(s.t.k, s.t.layout, heads, s.t.zone); len(missing) > 0 {
		return fault.Newf(fault.Setup, "%s has no column %s any more. It has %s. Nothing of it was read; say on the page Files what the columns mean now.",
			s.f.Name, clip(strings.Join(missing, ", "), 300), clip(strings.Join(heads, ", "), 600))
	}
	return nil
}

// next returns the rows of the next record.
func (s *scan) next() (group, error) {
	first, err := s.row()
	if errors.Is(err, io.EOF) {
		return group{end: true}, nil
	}
	if err != nil {
		return group{}, err
	}
	out := group{rows: []row{first}}
	s.groups++
	if s.groups > mostRows {
		return group{}, fault.Newf(fault.Broken, "%s has more than %d rows. Hand it over in parts, as increments.", s.f.Name, mostRows)
	}
	key := s.key(first)
	if key == "" {
		return out, nil
	}
	if s.lined {
		if err := s.follow(&out, key); err != nil {
			return group{}, err
		}
	}
	sum := maphash.String(s.seed, key)
	if out.twice = int(s.keys[sum]); out.twice == 0 {
		s.keys[sum] = int32(min(first.line, 1<<31-1))
	}
	return out, nil
}

// key is what the record of a row is called; "" when that cannot be read.
func (s *scan) key(of row) string {
	if of.bad != "" {
		return ""
	}
	r := &reading{plan: s.plan, row: of}
	key := r.external()
	if r.bad != "" {
		return ""
	}
	return key
}

// follow adds the rows below that belong to the same document.
func (s *scan) follow(out *group, key string) error {
	for {
		more, err := s.row()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if s.key(more) != key || len(out.rows) >= 2000 {
			s.ahead = &more
			return nil
		}
		if out.bad == "" {
			out.bad = s.differs(out.rows[0], more)
		}
		out.rows = append(out.rows, more)
	}
}

// differs says what two rows of one document say differently although it is the document's.
func (s *scan) differs(a, b row) string {
	for name, c := range s.columns {
		if c.at < 0 || s.line[name] {
			continue
		}
		ra := &reading{plan: s.plan}
		if was, is := ra.cell(a, name), ra.cell(b, name); was != is {
			return fmt.Sprintf("line %d says something else in the column %s than line %d, which belongs to the same document", b.line, c.header, a.line)
		}
	}
	return ""
}

// row is the next row, held to the width of the table.
func (s *scan) row() (row, error) {
	if s.ahead != nil {
		out := *s.ahead
		s.ahead = nil
		return out, nil
	}
	if s.end {
		return row{}, io.EOF
	}
	out, err := s.rows.next()
	if errors.Is(err, io.EOF) {
		s.end = true
		return row{}, io.EOF
	}
	if err != nil {
		return row{}, wrong(s.f, err)
	}
	if out.bad != "" {
		return out, nil
	}
	if out.open && len(out.cells) < s.width {
		return row{}, fault.Newf(fault.Broken, "%s ends in the middle of line %d: it was cut. What was read is kept, and nothing is deleted.", s.f.Name, out.line)
	}
	for _, more := range out.cells[min(s.width, len(out.cells)):] {
		if trim(more) != "" {
			out.bad = fmt.Sprintf("It has %d cells and there are %d columns: a separator in a text, or a missing quote.", len(out.cells), s.width)
			break
		}
	}
	return out, nil
}

func (s *scan) reading(g group) *reading {
	return &reading{plan: s.plan, row: g.rows[0], lines: g.rows, files: s.t.folder}
}

// into adds what comes of a group to a page, and returns 1 for one that is set aside.
func (s *scan) into(out *remote.Page, g group) int {
	kind, line := s.k.kind, g.rows[0].line
	aside := func(external, why string) int {
		out.Rejects = append(out.Rejects, reject(kind, external, fmt.Sprintf("%s, line %d: %s", s.f.Name, line, why)))
		return 1
	}
	if g.rows[0].bad != "" {
		return aside("", g.rows[0].bad)
	}
	r := s.reading(g)
	external := r.external()
	if r.bad != "" {
		return aside(external, r.bad)
	}
	if g.twice > 0 && !s.t.layout.Increment {
		return aside(external, fmt.Sprintf("the key %s stands in line %d already. That one counts; nobody can tell which is right.", clip(external, 80), g.twice))
	}
	ref := record.Ref{Connection: s.t.of, Kind: kind, External: external}
	if r.gone() && r.bad == "" {
		s.forget(out, ref)
		out.Deleted = append(out.Deleted, ref)
		return 0
	}
	rec := r.record()
	if g.bad != "" && r.bad == "" {
		r.bad = g.bad + "."
	}
	if r.bad != "" {
		return aside(external, r.bad)
	}
	s.forget(out, ref)
	out.Records = append(out.Records, rec)
	if g.twice > 0 {
		return aside(external, fmt.Sprintf("the key %s stands in line %d already. The later line counts.", clip(external, 80), g.twice))
	}
	return 0
}

// forget takes an earlier row of the same record out of a page: a page names each once.
func (s *scan) forget(out *remote.Page, ref record.Ref) {
	if !s.t.layout.Increment {
		return
	}
	for i, rec := range out.Records {
		if rec.External == ref.External {
			out.Records = append(out.Records[:i], out.Records[i+1:]...)
			break
		}
	}
	for i, gone := range out.Deleted {
		if gone.External == ref.External {
			out.Deleted = append(out.Deleted[:i], out.Deleted[i+1:]...)
			break
		}
	}
}
