package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"portico/connectors/manifest"
	"portico/sync/fault"
)

// place is where a list goes on; the zero value is its beginning.
type place struct {
	Page  int    `json:"page,omitempty"`
	After string `json:"after,omitempty"`
	Next  string `json:"next,omitempty"`
	// Left is how many rows must follow After; 0 when nobody knows.
	Left int `json:"left,omitempty"`
}

// page is one part of a list, read and checked.
type page struct {
	items []any
	total int // rows in the whole list (by keyset: from here on); -1 when not told
	at    place
	next  place
	last  bool
}

// lister reads one list of the system, page after page.
type lister struct {
	s        *session
	fetch    *manifest.Fetch
	env      manifest.Env
	override map[string]manifest.Template
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

// each visits the pages in order. While one is visited, the next is being read.
func (l *lister) each(ctx context.Context, from place, visit func(page) error) error {
	for rewinds := 0; ; rewinds++ {
		at, err := l.pass(ctx, from, visit)
		if lost := (lostTail{}); errors.As(err, &lost) {
			if rewinds == 0 && at == from {
				return errLostSince
			}
			return short(lost.got, lost.want) // deleted meanwhile, or a page that lies
		}
		drift, ok := err.(drifted)
		if !ok {
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
	results := make(chan result)
	go l.produce(ctx, from, results)
	watch := guard{limit: defaultCap}
	if l.fetch.Paging != nil && l.fetch.Paging.Cap > 0 {
		watch.limit = l.fetch.Paging.Cap
	}
	for r := range results {
		if r.err == nil {
			r.err = watch.check(l.fetch.Paging, r.page)
		}
		if r.err != nil {
			return r.page.at, r.err
		}
		if err := visit(r.page); err != nil {
			return r.page.at, err
		}
	}
	return place{}, ctx.Err()
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
	if paging.Kind != manifest.PageNumber || p.total < 0 {
		return 0
	}
	last := (p.total + paging.Size - 1) / paging.Size
	return min(last, p.at.Page+max(1, paging.Parallel))
}

// page reads one page and checks what can be seen from it alone.
func (l *lister) page(ctx context.Context, at place) (page, error) {
	p := page{at: at, total: -1}
	a, err := l.ask(ctx, &p.at)
	if err != nil {
		return p, err
	}
	env := with(l.env, a.env())
	items, err := l.fetch.Items.Eval(env)
	if err != nil {
		return p, broken("find the records", err)
	}
	list, ok := items.([]any)
	if !ok {
		return p, broken("find the records", fmt.Errorf("%s is %T, not a list", l.fetch.Items.Source, items))
	}
	p.items = list
	return p, l.goOn(&p, env)
}

func (l *lister) ask(ctx context.Context, at *place) (answer, error) {
	paging := l.fetch.Paging
	env := l.env
	if paging != nil && paging.Kind == manifest.Keyset {
		if at.After == "" {
			at.After = "0"
		}
		env = with(env, manifest.Env{"after": at.After})
	}
	req, err := buildRequest(&l.fetch.Request, env, l.override)
	if err != nil {
		return answer{}, err
	}
	req.Read = true
	if paging != nil {
		if paging.SizeName != "" {
			req.Query.Set(paging.SizeName, strconv.Itoa(paging.Size))
		}
		switch {
		case paging.Kind == manifest.PageNumber:
			req.Query.Set(paging.Parameter, strconv.Itoa(at.Page))
		case at.Next != "":
			req.URL = at.Next
		}
	}
	return l.s.do(ctx, req)
}

// goOn finds where the list continues and holds the page against its total.
func (l *lister) goOn(p *page, env manifest.Env) error {
	paging := l.fetch.Paging
	if paging == nil {
		p.last = true
		return nil
	}
	if paging.Total.Set() {
		total, err := paging.Total.Eval(env)
		n, isNumber := total.(float64)
		switch {
		case err != nil, total != nil && !isNumber, n < 0:
			return broken("read the total", fmt.Errorf("%s is %v", paging.Total.Source, total))
		case total != nil:
			p.total = int(n)
		}
	}
	switch paging.Kind {
	case manifest.PageNumber:
		p.next = place{Page: p.at.Page + 1}
		return p.counted(paging.Size, p.total-(p.at.Page-1)*paging.Size)
	case manifest.Keyset:
		if err := l.keys(p); err != nil {
			return err
		}
		if p.total >= 0 && p.total < p.at.Left {
			return lostTail{p.total, p.at.Left}
		}
		if p.total > len(p.items) {
			p.next.Left = p.total - len(p.items)
		}
		return p.counted(paging.Size, p.total)
	default:
		next, err := paging.Next.Text(env)
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
func (p *page) counted(size, left int) error {
	if p.total < 0 {
		p.last = len(p.items) < size
		return nil
	}
	if want := min(size, left); len(p.items) < want {
		return short(len(p.items), want)
	}
	p.last = left <= len(p.items)
	return nil
}

// keys checks that a keyset page begins after the last one and keeps its order.
func (l *lister) keys(p *page) error {
	last, err := strconv.ParseInt(p.at.After, 10, 64)
	if err != nil {
		return broken("read the key of a page", err)
	}
	env := with(l.env, nil)
	for _, item := range p.items {
		env["item"] = item
		text, err := l.fetch.Paging.Key.Text(env)
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
		if len(p.items) > 0 && reflect.DeepEqual(old.items, p.items) || p.next.Next != "" && p.next.Next == p.at.Next {
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
