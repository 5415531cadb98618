package engine

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
)

// goOn finds where the list continues and holds the page against its total.
func (l *lister) goOn(p *page, f *manifest.Frame) error {
	paging := l.fetch.Paging
	if paging == nil {
		p.last = true
		return nil
	}
	if paging.Total.Set() {
		total, err := f.Eval(&paging.Total)
		n, isNumber := total.Float()
		switch told := total.Kind() != tree.Nothing; {
		case err != nil, told && !isNumber, n < 0, n > math.MaxInt32:
			return broken("read the total", fmt.Errorf("%s is %v", paging.Total.Source, total.Plain()))
		case told:
			p.total = int(n)
		}
	}
	switch paging.Kind {
	case manifest.PageNumber, manifest.Offset:
		p.next = place{Page: p.at.Page + 1}
		left := p.total - (p.at.Page-1)*paging.Size
		if p.total >= 0 {
			// Rows that leave move others by as much, which is put right; that most of them
			// leave is not life.
			if p.at.Left > 0 && p.at.Left-left > gone(paging, p.at.Left) {
				return lostTail{max(0, left), p.at.Left}
			}
			p.next.Left = max(0, left-len(p.items))
		}
		if err := p.counted(paging, left); err != nil {
			return err
		}
		return p.more(paging, f)
	case manifest.Keyset:
		if err := l.keys(p, f); err != nil {
			return err
		}
		// A few deletions are life, and by key they hide no other row.
		if p.total >= 0 && p.at.Left-p.total > p.at.Left/20 {
			return lostTail{p.total, p.at.Left}
		}
		if p.total > len(p.items) {
			p.next.Left = p.total - len(p.items)
		}
		return p.counted(paging, p.total)
	default:
		err := p.linked(paging, f)
		if paging.Kind == manifest.NextURL {
			p.next.Next = l.s.client.Bare(p.next.Next)
		}
		return err
	}
}

// counted compares the rows of a page with how many must be left from its
// beginning, and settles whether it is the last.
func (p *page) counted(paging *manifest.Paging, left int) error {
	size := paging.Size
	if p.total < 0 {
		// A system that tells totals, but not this one, hides rows from us: a page
		// of fewer rows is no sign of the end then.
		p.last = len(p.items) == 0 || !paging.Total.Set() && len(p.items) < size
		return nil
	}
	if want := min(size, left); len(p.items) < want {
		return short(len(p.items), want)
	}
	p.last = left <= len(p.items)
	return nil
}

// gone is how many of so many rows may leave a numbered list between two looks.
func gone(paging *manifest.Paging, of int) int { return max(paging.Size, of/20) }

// keys checks that a keyset page begins after the last one and keeps its order.
func (l *lister) keys(p *page, f *manifest.Frame) error {
	last, err := strconv.ParseInt(p.at.After, 10, 64)
	if err != nil {
		return broken("read the key of a page", err)
	}
	for _, item := range p.items {
		f.Set(manifest.Item, item)
		text, err := f.Text(&l.fetch.Paging.Key)
		if err != nil {
			return broken("read the key of a record", err)
		}
		key, err := strconv.ParseInt(text, 10, 64)
		if err != nil || key <= last {
			return broken("go through the list", fmt.Errorf("key %q does not follow %d: the page is repeated or out of order", clip(text, 40), last))
		}
		last = key
	}
	p.next = place{After: strconv.FormatInt(last, 10)}
	return nil
}

// guard sees what only the sequence of pages shows.
type guard struct {
	previous *page
	count    int
	limit    int
	places   map[uint64]bool // tokens and addresses of pages that were visited
	fewest   int             // the smallest total told so far, plus one; 0 when none was
	most     int             // the largest total told so far
}

// take looks at the next page. What is wrong with it is told with its number,
// but for what the lister handles itself.
func (g *guard) take(paging *manifest.Paging, r result) error {
	g.count++
	if r.err == nil {
		r.err = g.check(paging, r.page)
	}
	if r.err == nil || errors.As(r.err, new(drifted)) || errors.As(r.err, new(lostTail)) {
		return r.err
	}
	return fault.At("page "+strconv.Itoa(max(g.count, r.page.at.Page)), r.err)
}

func (g *guard) check(paging *manifest.Paging, p page) error {
	if g.count > g.limit {
		return broken("read the list", fmt.Errorf("it is longer than %d pages", g.limit))
	}
	if old := g.previous; old != nil && paging != nil {
		if len(p.items) > 0 && tree.Same(old.items, p.items) {
			return broken("read the list", fmt.Errorf("it sends the same page again"))
		}
		if lost := old.total - p.total; paging.Numbered() && p.total >= 0 && lost > 0 {
			if lost > gone(paging, old.total) {
				return short(p.total, old.total)
			}
			return drifted{back: (lost + paging.Size - 1) / paging.Size}
		}
	}
	g.previous = &p
	if err := g.shrinks(paging, p); err != nil {
		return err
	}
	return g.linked(p)
}

// shrinks finds a list whose answers name the next page and that says it has become
// much shorter while it was read: what it no longer shows may still be there.
func (g *guard) shrinks(paging *manifest.Paging, p page) error {
	if paging == nil || paging.Numbered() || paging.Kind == manifest.Keyset || paging.Window > 0 || p.total < 0 {
		return nil
	}
	g.most = max(g.most, p.total)
	if g.most-p.total > max(1, g.most/20) {
		return short(p.total, g.most)
	}
	return nil
}

// linked watches a list whose answers name the next page: it must not lead in a
// circle, nor end before as many rows as it said there are. Rows that come and go
// meanwhile move the total, so that the smallest is what must be reached.
func (g *guard) linked(p page) error {
	if p.total >= 0 && (g.fewest == 0 || p.total < g.fewest-1) {
		g.fewest = p.total + 1
	}
	if p.next.Next != "" {
		if g.places == nil {
			g.places = map[uint64]bool{hash(p.at.Next): true}
		}
		at := hash(p.next.Next)
		if g.places[at] {
			return broken("read the list", fmt.Errorf("it leads back to a page that was read"))
		}
		g.places[at] = true
	}
	if rows := p.at.Row + len(p.items); p.last && !p.cut && p.at.Row > 0 && rows < g.fewest-1 {
		// Any page may be the one that lacked them.
		return fault.At("read the list to its end", fmt.Errorf("%w: %w", short(rows, g.fewest-1), errLostSince))
	}
	return nil
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum64()
}

func broken(op string, cause error) error {
	return fault.New(fault.Broken, "The system's answer does not have the expected shape; nothing of it is used.").Because(op, cause)
}

func short(got, want int) error {
	return fault.New(fault.Unavailable, "The system sent fewer records than it says there are; nothing of the page is used and we try again.").
		Because("read a page", fmt.Errorf("%d records where %d are due", got, want))
}
