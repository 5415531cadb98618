package engine

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
)

// place is where a list goes on; the zero value is its beginning.
type place struct {
	Page  int    `json:"page,omitempty"`
	After string `json:"after,omitempty"`
	Next  string `json:"next,omitempty"` // token or address
	Row   int    `json:"row,omitempty"`  // rows before this, where pages have no number
	// Left is how many rows must follow After; 0 when nobody knows.
	Left int `json:"left,omitempty"`
}

// page is one part of a list, read and checked.
type page struct {
	items []tree.Value
	total int // rows in the whole list (by keyset: from here on); -1 when not told
	at    place
	next  place
	last  bool
	token string // of the system's own cursor, on the last page
	aside aside  // what stood beside the items
	// cut says that the list is longer than the system gives at once: it is asked
	// for again from edge on, the last change of the page.
	cut  bool
	edge time.Time
}

// lister reads one list of the system, page after page.
type lister struct {
	s        *session
	fetch    *manifest.Fetch
	env      manifest.Env
	override map[string]manifest.Template
	together bool           // pages that wait may be visited as one
	also     url.Values     // more of the query of each page
	delta    *manifest.Expr // where the last page has the token of the system's own cursor
}

const defaultCap = 100_000 // pages

// drifted says that rows left the list while it was read, so that others moved
// to pages already behind us.
type drifted struct{ back int }

func (d drifted) Error() string { return fmt.Sprintf("list lost rows; going back %d pages", d.back) }

// lostTail says that a list has fewer rows after a place than it had when the
// place was noted: rows were deleted, or the system hides them now.
type lostTail struct{ got, want int }

func (l lostTail) Error() string {
	return fmt.Sprintf("%d rows follow where %d were left", l.got, l.want)
}

// errLostSince is a lostTail at the place where a pull goes on, so that it may
// have happened long ago.
var errLostSince = errors.New("the list lost rows since the last pull")

// pagesInHand is how many read pages may wait for their visit. A visit ends with
// a commit, and one that waits for the disk now and then is not to idle a source
// that is asked page after page. rowsAtOnce is about how many rows of waiting
// pages are visited together.
const (
	pagesInHand = 8
	rowsAtOnce  = 1000
)

// each visits the pages in order. While one is visited, the next are being read.
func (l *lister) each(ctx context.Context, from place, visit func(page) error) error {
	for rewinds := 0; ; rewinds++ {
		at, err := l.pass(ctx, from, visit)
		if lost := (lostTail{}); errors.As(err, &lost) {
			if rewinds == 0 && at == from {
				return errLostSince
			}
			return short(lost.got, lost.want) // deleted meanwhile, or a page that lies
		}
		drift := drifted{}
		if !errors.As(err, &drift) {
			return err
		}
		if rewinds == 10 {
			return fault.New(fault.Unavailable, "The list changed so fast while it was read that it could not be read whole; we try again.")
		}
		from = place{Page: max(1, at.Page-drift.back)}
	}
}

type result struct {
	page page
	err  error
}

func (l *lister) pass(ctx context.Context, from place, visit func(page) error) (place, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan result, pagesInHand)
	go l.produce(ctx, from, results)
	watch := guard{limit: defaultCap}
	if l.fetch.Paging != nil && l.fetch.Paging.Cap > 0 {
		watch.limit = l.fetch.Paging.Cap
	}
	for r := range results {
		if err := watch.take(l.fetch.Paging, r); err != nil {
			return r.page.at, err
		}
		bad := l.gather(&r.page, &watch, results)
		if err := visit(r.page); err != nil {
			return r.page.at, err
		}
		if bad != nil {
			return bad.page.at, bad.err
		}
	}
	return place{}, ctx.Err()
}

// gather adds the pages that have been read already to one that is about to be
// visited: a commit costs the same for many rows as for few, and a source that
// is slower than the commits never finds two pages waiting. It returns the page
// that ended it by a failure, which counts once those before it are visited.
func (l *lister) gather(p *page, watch *guard, results <-chan result) *result {
	for l.together && len(p.items) < rowsAtOnce && len(results) > 0 {
		r, ok := <-results
		if !ok {
			return nil
		}
		if r.err = watch.take(l.fetch.Paging, r); r.err != nil {
			return &r
		}
		// Total and place stay those of the first: what is left, is left from there.
		p.items, p.aside = append(p.items, r.page.items...), p.aside.with(r.page.aside)
		p.next, p.last, p.cut, p.token = r.page.next, r.page.last, r.page.cut, r.page.token
	}
	return nil
}

// produce reads ahead: one page, or several at once where pages are numbered
// and the system says how many there are.
func (l *lister) produce(ctx context.Context, at place, out chan<- result) {
	defer close(out)
	at.Page = max(at.Page, 1)
	var window []chan result
	launched := 0
	launch := func(at place) {
		ch := make(chan result, 1)
		window = append(window, ch)
		launched = at.Page
		go func() {
			p, err := l.page(ctx, at)
			ch <- result{p, err}
		}()
	}
	launch(at)
	for len(window) > 0 {
		r := <-window[0]
		window = window[1:]
		if r.err == nil && !r.page.last {
			for end := l.ahead(r.page); launched < end; {
				launch(place{Page: launched + 1})
			}
			if len(window) == 0 {
				launch(r.page.next)
			}
		}
		select {
		case out <- r:
		case <-ctx.Done():
			return
		}
		if r.err != nil {
			return
		}
	}
}

// ahead is the number of the last page that may be asked for already.
func (l *lister) ahead(p page) int {
	paging := l.fetch.Paging
	if !paging.Numbered() || p.total < 0 {
		return 0
	}
	last := (p.total + paging.Size - 1) / paging.Size
	if paging.Window > 0 {
		last = min(last, paging.Window/paging.Size)
	}
	return min(last, p.at.Page+max(1, paging.Parallel))
}

// page reads one page and checks what can be seen from it alone.
func (l *lister) page(ctx context.Context, at place) (page, error) {
	p := page{at: at, total: -1}
	env := l.standing(&p.at)
	a, err := l.ask(ctx, p.at, env)
	if err != nil {
		return p, err
	}
	f := l.s.m.Frame(env)
	f.Set(manifest.Status, tree.OfInt(a.status))
	f.Set(manifest.Headers, tree.Of(a.headers))
	f.Set(manifest.Body, a.body)
	list, err := f.Eval(&l.fetch.Items)
	if err != nil {
		return p, broken("find the records", err)
	}
	n, ok := list.Len()
	if !ok {
		return p, broken("find the records", fmt.Errorf("%s is %T, not a list", l.fetch.Items.Source, list.Plain()))
	}
	p.items = slices.AppendSeq(make([]tree.Value, 0, n), list.Each)
	if p.aside, err = l.s.beside(ctx, l.fetch, f, p.items); err != nil {
		return p, err
	}
	if err := l.goOn(&p, f); err != nil {
		return p, err
	}
	return p, l.end(&p, f)
}

// ask sends the request for the page at a place.
func (l *lister) ask(ctx context.Context, at place, env manifest.Env) (answer, error) {
	req, err := buildRequest(&l.fetch.Request, env, l.override)
	if err != nil {
		return answer{}, err
	}
	req.Read = true
	l.step(&req, at)
	return l.s.do(ctx, req)
}
