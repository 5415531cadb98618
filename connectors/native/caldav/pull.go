package caldav

import (
	"context"
	"slices"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Pull implements remote.Connector.
func (c *Connector) Pull(ctx context.Context, conn remote.Conn, req remote.PullRequest, emit remote.Emitter) error {
	if req.Stream != Stream {
		return fault.Newf(fault.Internal, "A calendar has no stream %q.", req.Stream)
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return err
	}
	mark, err := readBookmark(req.Checkpoint)
	if err != nil {
		conn.Log.WarnContext(ctx, "checkpoint is not readable; the stream starts anew", "stream", Stream, "error", err)
	}
	where, err := s.find(ctx)
	if err != nil {
		return fault.At("find the calendars", err)
	}
	calendars, err := s.chosen(where)
	if err != nil {
		return err
	}
	p := &puller{session: s, mode: req.Mode, given: req.Checkpoint, mark: mark, emit: emit, home: where.home, step: step(conn.Now())}
	if req.Mode == remote.Census {
		err = p.census(ctx, calendars)
	} else {
		err = p.changes(ctx, calendars)
	}
	if err == nil {
		err = fault.Wrap(fault.Unavailable, "finish", ctx.Err())
	}
	if err != nil {
		return fault.At("pull "+Stream, err)
	}
	return emit.Complete(ctx)
}

// puller runs one pull.
type puller struct {
	*session
	mode  remote.PullMode
	given remote.Checkpoint
	mark  *bookmark
	emit  remote.Emitter
	home  string
	step  int64

	page        remote.Page
	done, total int
}

// full is how many records make a page.
const full = 200

// stale is after how many seconds a server without tokens is read whole again:
// an event that was deleted and restored as it was looks as if nothing happened.
const stale = 24 * 3600

func (p *puller) path(href string) string { return strings.TrimPrefix(href, p.home) }
func (p *puller) href(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return p.home + path
}

// changes reads what is new in every calendar.
func (p *puller) changes(ctx context.Context, calendars []calendar) error {
	moved := p.mode == remote.Everything || p.mark.Print != p.print()
	for path := range p.mark.Shelfs {
		if !slices.ContainsFunc(calendars, func(c calendar) bool { return c.path == path }) {
			delete(p.mark.Shelfs, path) // its records are left to the census
		}
	}
	for _, cal := range calendars {
		sh := p.mark.of(cal.path)
		if moved || sh.Pass == 0 {
			sh.anew()
		}
	}
	p.mark.Print = p.print()
	for _, cal := range calendars {
		if err := p.calendar(ctx, cal, p.mark.of(cal.path)); err != nil {
			return fault.At("read calendar "+cal.path, err)
		}
	}
	return nil
}

func (p *puller) calendar(ctx context.Context, cal calendar, sh *shelf) error {
	if !cal.sync {
		return p.compared(ctx, cal, sh)
	}
	for range maxParts {
		part, expired, err := p.since(ctx, cal, sh.Token)
		if err != nil {
			return err
		}
		if expired {
			p.conn.Log.InfoContext(ctx, "sync token expired; the calendar is read whole", "calendar", cal.path)
			sh.anew()
			continue
		}
		fresh := part.changed
		if sh.Whole {
			fresh = p.withRepeats(sh, fresh, part.gone)
		} else {
			fresh = p.unread(sh, fresh)
		}
		for _, href := range part.gone {
			p.bury(sh, p.path(href))
		}
		if err := p.objects(ctx, cal, sh, fresh); err != nil {
			return err
		}
		told := sh.Token != part.token || !sh.Whole
		sh.Token = part.token
		if !part.more {
			sh.end(p.conn.Now().Unix())
		}
		if told || len(p.page.Deleted)+len(p.page.Records)+len(p.page.Rejects) > 0 {
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
		if !part.more {
			return nil
		}
	}
	return broken(errNoToken)
}

// compared finds what is new in a calendar of a server without sync-collection.
func (p *puller) compared(ctx context.Context, cal calendar, sh *shelf) error {
	now := p.conn.Now().Unix()
	if sh.Whole && now-sh.Read > stale {
		sh.anew()
	}
	if sh.Whole && sh.CTag != "" && sh.CTag == cal.ctag && len(p.withRepeats(sh, nil, nil)) == 0 {
		return nil
	}
	all, err := p.members(ctx, cal)
	if err != nil {
		return err
	}
	fresh := p.unread(sh, all)
	if sh.Whole {
		fresh = p.withRepeats(sh, fresh, nil)
		there := map[string]bool{}
		for _, e := range all {
			there[p.path(e.href)] = true
		}
		for path := range sh.Items {
			if !there[path] {
				delete(sh.Items, path) // a list may be short: the census decides
			}
		}
		fresh = slices.DeleteFunc(fresh, func(e entry) bool { return !there[p.path(e.href)] })
	}
	if err := p.objects(ctx, cal, sh, fresh); err != nil {
		return err
	}
	sh.CTag = cal.ctag
	sh.end(now)
	return p.flush(ctx)
}

// unread leaves out what this pass has read in the same version already.
func (p *puller) unread(sh *shelf, list []entry) []entry {
	return slices.DeleteFunc(slices.Clone(list), func(e entry) bool {
		it := sh.Items[p.path(e.href)]
		return it != nil && (it.Pass == sh.Pass || sh.Whole) && it.ETag == digest(e.etag) && (it.Step == 0 || it.Step == p.step)
	})
}

// withRepeats adds what has to be unrolled again because time went by.
func (p *puller) withRepeats(sh *shelf, list []entry, gone []string) []entry {
	have := map[string]bool{}
	for _, e := range list {
		have[e.href] = true
	}
	for _, href := range gone {
		have[href] = true
	}
	var again []entry
	for path, it := range sh.Items {
		if href := p.href(path); it.Step != 0 && it.Step != p.step && !have[href] {
			again = append(again, entry{href: href})
		}
	}
	slices.SortFunc(again, func(a, b entry) int { return strings.Compare(a.href, b.href) })
	return append(slices.Clone(list), again...)
}

// objects reads a list and puts what it makes on pages.
func (p *puller) objects(ctx context.Context, cal calendar, sh *shelf, list []entry) error {
	p.total += len(list)
	for part := range slices.Chunk(list, batch) {
		got, err := p.read(ctx, cal, part)
		if err != nil {
			return err
		}
		for _, e := range part {
			if o, ok := got[e.href]; ok {
				p.keep(cal, sh, o)
			} else if it := sh.Items[p.path(e.href)]; it != nil {
				it.Pass = sh.Pass // gone meanwhile: its tombstone comes
			}
			if len(p.page.Records) >= full {
				if err := p.flush(ctx); err != nil {
					return err
				}
			}
		}
		p.done += len(part)
		p.emit.Progress(p.done, p.total)
	}
	return nil
}

// keep puts an object's records on the page, and off the record those that it
// makes no longer. Of one that cannot be read, what was there before stays.
func (p *puller) keep(cal calendar, sh *shelf, o object) {
	path := p.path(o.href)
	got := p.records(cal, path, o, p.step)
	before := sh.Items[path]
	it := &item{ETag: digest(o.etag), Pass: sh.Pass}
	if got.repeats {
		it.Step = p.step
	}
	for _, r := range got.records {
		it.IDs = append(it.IDs, strings.TrimPrefix(r.External, path))
	}
	if before != nil {
		for _, id := range before.IDs {
			switch {
			case slices.Contains(it.IDs, id):
			case len(got.rejects) > 0:
				it.IDs = append(it.IDs, id)
			default:
				p.page.Deleted = append(p.page.Deleted, p.ref(path+id))
			}
		}
	}
	sh.Items[path] = it
	p.page.Records = append(p.page.Records, got.records...)
	p.page.Rejects = append(p.page.Rejects, got.rejects...)
}

// bury takes the records of an object that the server says is gone off.
func (p *puller) bury(sh *shelf, path string) {
	if it := sh.Items[path]; it != nil {
		for _, id := range it.IDs {
			p.page.Deleted = append(p.page.Deleted, p.ref(path+id))
		}
		delete(sh.Items, path)
	}
}

func (p *puller) ref(external string) record.Ref {
	return record.Ref{Connection: p.conn.ID, Kind: record.KindEvent, External: external}
}

func (p *puller) flush(ctx context.Context) error {
	next, err := p.mark.encode()
	if err != nil {
		return err
	}
	page := p.page
	page.Next, p.page = next, remote.Page{}
	return p.emit.Page(ctx, page)
}

// census counts every record. An object that is as it was makes the records that
// it made; others are read.
func (p *puller) census(ctx context.Context, calendars []calendar) error {
	for _, cal := range calendars {
		all, err := p.everything(ctx, cal)
		if err != nil {
			return fault.At("count calendar "+cal.path, err)
		}
		sh := p.mark.of(cal.path)
		var ids []string
		var unknown []entry
		for _, e := range all {
			it := sh.Items[p.path(e.href)]
			if it == nil || it.ETag != digest(e.etag) || p.mark.Print != p.print() {
				unknown = append(unknown, e)
				if it == nil {
					continue
				}
			}
			for _, id := range it.IDs { // of a changed one too: the next pull tells what it lost
				ids = append(ids, p.path(e.href)+id)
			}
		}
		for part := range slices.Chunk(unknown, batch) {
			got, err := p.read(ctx, cal, part)
			if err != nil {
				return err
			}
			for href, o := range got {
				for _, r := range p.records(cal, p.path(href), o, p.step).records {
					ids = append(ids, r.External)
				}
			}
		}
		slices.Sort(ids)
		seen := map[record.Kind][]string{record.KindEvent: slices.Compact(ids)}
		if err := p.emit.Page(ctx, remote.Page{Seen: seen, Next: p.given}); err != nil {
			return err
		}
	}
	return nil
}
