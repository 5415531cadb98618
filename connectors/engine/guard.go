package engine

import (
	"fmt"
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
	case manifest.PageNumber:
		p.next = place{Page: p.at.Page + 1}
		return p.counted(paging, p.total-(p.at.Page-1)*paging.Size)
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
		next, err := f.Text(&paging.Next)
		if err != nil {
			return broken("find the next page", err)
		}
		p.next, p.last = place{Next: next}, next == ""
		if p.total > 0 && len(p.items) == 0 && p.at.Next == "" {
			return short(0, p.total)
		}
		return nil
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
}

func (g *guard) check(paging *manifest.Paging, p page) error {
	g.count++
	if g.count > g.limit {
		return broken("read the list", fmt.Errorf("it is longer than %d pages", g.limit))
	}
	if old := g.previous; old != nil && paging != nil {
		if len(p.items) > 0 && tree.Same(old.items, p.items) || p.next.Next != "" && p.next.Next == p.at.Next {
			return broken("read the list", fmt.Errorf("it sends the same page again"))
		}
		if lost := old.total - p.total; paging.Kind == manifest.PageNumber && p.total >= 0 && lost > 0 {
			return drifted{back: (lost + paging.Size - 1) / paging.Size}
		}
	}
	g.previous = &p
	return nil
}

func broken(op string, cause error) error {
	return fault.New(fault.Broken, "The system's answer does not have the expected shape; nothing of it is used.").Because(op, cause)
}

func short(got, want int) error {
	return fault.New(fault.Unavailable, "The system sent fewer records than it says there are; nothing of the page is used and we try again.").
		Because("read a page", fmt.Errorf("%d records where %d are due", got, want))
}
