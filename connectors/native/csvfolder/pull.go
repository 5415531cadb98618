package csvfolder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// pageRows is how many records are handed over at once.
const pageRows = 500

// A table of which this many rows are bad, and that is more than a fifth of it, was
// explained wrongly.
const mostBad = 1000

// Pull implements remote.Connector.
func (c Connector) Pull(ctx context.Context, conn remote.Conn, req remote.PullRequest, emit remote.Emitter) error {
	t, err := openTable(conn, req.Stream)
	if err != nil {
		return err
	}
	defer t.close()
	b, err := readBookmark(req.Checkpoint, fingerprint(t.layout, conn.Settings[fieldZone]))
	if err != nil {
		conn.Log.WarnContext(ctx, "checkpoint is not readable; the stream starts anew", "stream", req.Stream, "error", err)
	}
	p := &puller{table: t, emit: emit, mark: b, anew: req.Mode == remote.Everything, given: req.Checkpoint}
	if req.Mode == remote.Census {
		err = p.census(ctx)
	} else {
		err = p.run(ctx)
	}
	if err != nil {
		return fault.At("pull "+req.Stream, err)
	}
	return emit.Complete(ctx)
}

// table is a kind whose files can be read.
type table struct {
	*folder

	k      *kind
	layout remote.Layout
	zone   *time.Location
	files  []file
	of     record.ConnectionID
}

// openTable opens the folder for a table that somebody has explained. The caller closes it.
func openTable(conn remote.Conn, name string) (*table, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	l, err := layoutOf(conn.Settings, k)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, fault.Newf(fault.Setup, "Nobody has said yet what the columns of %s mean. Say it on the page Files of this connection.", k.name)
	}
	return openWith(conn, k, *l)
}

func openWith(conn remote.Conn, k *kind, l remote.Layout) (*table, error) {
	zone, err := zoneOf(conn.Settings)
	if err != nil {
		return nil, err
	}
	f, err := open(conn)
	if err != nil {
		return nil, err
	}
	all, err := f.list()
	if err != nil {
		f.close()
		return nil, err
	}
	return &table{folder: f, k: k, layout: l, zone: zone, files: of(all, l.Pattern), of: conn.ID}, nil
}

// puller runs one pull of one table.
type puller struct {
	*table

	emit  remote.Emitter
	mark  bookmark
	given remote.Checkpoint
	anew  bool
}

func (p *puller) run(ctx context.Context) error {
	todo, waits, err := p.todo(ctx)
	if err != nil {
		return err
	}
	for i, f := range todo {
		last := i == len(todo)-1
		if err := p.file(ctx, f, last); err != nil {
			return err
		}
	}
	if p.mark.AsOf.IsZero() {
		if waits == "" {
			waits = fmt.Sprintf("No file called %s is in the folder yet.", p.layout.Pattern)
		}
		return fault.New(fault.Unavailable, waits)
	}
	if dated, ok := p.emit.(remote.Dated); ok {
		dated.AsOf(p.mark.AsOf)
	}
	return nil
}

// todo are the files to read, in their order, and why a newer one has to wait. Of whole
// files only the newest counts, and none that is older than what was read.
func (p *puller) todo(ctx context.Context) (todo []file, waits string, err error) {
	if at := p.mark.At; at != nil && p.anew != at.Anew {
		if at.Anew { // what was begun anew is ended first, or older facts would stay
			p.anew = true
		} else {
			p.mark.At = nil
		}
	}
	if !p.layout.Increment {
		if len(p.files) == 0 {
			return nil, "", nil
		}
		f := p.files[len(p.files)-1]
		switch {
		case f.Waits != "":
			return nil, f.Name + ": " + f.Waits, nil
		case !p.anew && (p.mark.knows(f) || f.at.Before(p.mark.AsOf)):
			return nil, "", nil
		default:
			return []file{f}, "", nil
		}
	}
	for _, f := range p.files {
		switch {
		case f.Waits != "": // those after it may say more of the same things
			return todo, f.Name + ": " + f.Waits, nil
		case p.anew && p.mark.At != nil && slices.Contains(p.mark.At.Past, f.Mark):
		case !p.anew && p.mark.knows(f):
		case !p.anew && f.at.Before(p.mark.AsOf):
			if err := p.late(ctx, f); err != nil {
				return nil, "", err
			}
		default:
			todo = append(todo, f)
		}
	}
	return todo, "", nil
}

// late sets a file aside that came after newer ones were read: what it says may be
// out of date.
func (p *puller) late(ctx context.Context, f file) error {
	p.mark.finish(f, p.mark.Rows)
	page := remote.Page{Rejects: []remote.Reject{reject(p.k.kind, f.Name, fmt.Sprintf(
		"%s is older than what was read already, and was not read. Have the stream read whole again to read every file in the order of their dates.", f.Name))}}
	var err error
	if page.Next, err = p.mark.encode(); err != nil {
		return err
	}
	return p.emit.Page(ctx, page)
}

// file reads one file from where it was left, and moves the bookmark with every page.
func (p *puller) file(ctx context.Context, f file, last bool) error {
	from := p.begin(f)
	s, err := p.scan(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	out, bad := remote.Page{}, 0
	for {
		got, err := s.next()
		if err != nil {
			return err
		}
		if got.end {
			break
		}
		if s.groups <= from { // it was handed over before
			continue
		}
		bad += s.into(&out, got)
		if bad > mostBad && bad*5 > s.groups-from {
			return fault.Newf(fault.Broken, "%s: more than %d rows cannot be used. The last one, %s Look at what the columns mean, on the page Files.", f.Name, mostBad, out.Rejects[len(out.Rejects)-1].Reason)
		}
		if len(out.Records)+len(out.Deleted)+len(out.Rejects) < pageRows {
			continue
		}
		p.mark.At.Rows = s.groups
		if err := p.page(ctx, out); err != nil {
			return err
		}
		out = remote.Page{}
		p.emit.Progress(int(s.read.n>>10), int(f.Size>>10)+1)
	}
	if err := p.whole(f, s); err != nil {
		return err
	}
	p.end(f, s.groups, last)
	return p.page(ctx, out)
}

// begin says how much of the file was handed over before.
func (p *puller) begin(f file) int {
	if p.mark.At == nil || p.mark.At.Mark != f.Mark {
		var past []string
		if p.mark.At != nil {
			past = p.mark.At.Past
		}
		p.mark.At = &place{Mark: f.Mark, Anew: p.anew, Past: past}
	}
	return p.mark.At.Rows
}

// end notes that a file was read whole. What is read anew is as old as the newest file
// only once that is read again.
func (p *puller) end(f file, rows int, last bool) {
	past := p.mark.At.Past
	p.mark.finish(f, rows)
	p.mark.At = nil
	switch {
	case p.anew && last:
		p.mark.AsOf = f.at
	case p.anew:
		p.mark.At = &place{Anew: true, Past: append(past, f.Mark)}
	case f.at.After(p.mark.AsOf):
		p.mark.AsOf = f.at
	}
}

// whole refuses a file that changed while it was read, and one that is all there is and
// lacks a lot of what the one before had.
func (p *puller) whole(f file, s *scan) error {
	if err := p.still(f.Name, f.Mark); err != nil {
		return err
	}
	if p.layout.Increment || p.layout.Accepted == f.Mark || !short(s.groups, p.mark.Rows) {
		return nil
	}
	return fault.Newf(fault.Broken, "%s has %d rows and the file before had %d. Nothing was deleted. If it is right, say so on the page Files.", f.Name, s.groups, p.mark.Rows)
}

// short reports whether so many rows are missing that a file may have been cut; as
// much as a sweep may remove by itself is not.
func short(rows, before int) bool { return before-rows > max(before/20, min(3, before/5)) }

func (p *puller) page(ctx context.Context, out remote.Page) error {
	var err error
	if out.Next, err = p.mark.encode(); err != nil {
		return err
	}
	return p.emit.Page(ctx, out)
}

// census lists what stands in the file that was read last, as long as it is there. A
// row that cannot be read may be any record, so that nobody can count then.
func (p *puller) census(ctx context.Context) error {
	if p.layout.Increment || len(p.files) == 0 || p.mark.At != nil {
		return remote.ErrUncounted
	}
	f := p.files[len(p.files)-1]
	if f.Waits != "" || !p.mark.knows(f) || f.at.Before(p.mark.AsOf) {
		return remote.ErrUncounted
	}
	s, err := p.scan(ctx, f)
	if err != nil {
		return err
	}
	defer s.close()
	ids := []string{}
	for {
		got, err := s.next()
		if err != nil {
			return err
		}
		full := len(ids) >= 10*pageRows
		if got.end || full {
			if err := p.seen(ctx, f, ids, got.end); err != nil {
				return err
			}
			ids = []string{}
		}
		if got.end {
			return nil
		}
		r := s.reading(got)
		external := r.external()
		if got.rows[0].bad != "" || external == "" {
			return remote.ErrUncounted
		}
		if r.bad = ""; !r.gone() {
			ids = append(ids, external)
		}
	}
}

func (p *puller) seen(ctx context.Context, f file, ids []string, end bool) error {
	if end {
		if err := p.still(f.Name, f.Mark); err != nil {
			return err
		}
	}
	return p.emit.Page(ctx, remote.Page{Seen: map[record.Kind][]string{p.k.kind: ids}, Next: p.given})
}

// wrong says in words why a file cannot be read.
func wrong(f file, err error) error {
	var told *fault.Error
	if errors.As(err, &told) && told.Public != "" && told.Kind == fault.Broken {
		return fault.Newf(fault.Broken, "%s: %s", f.Name, told.Public).Because("read table", err)
	}
	return err
}
