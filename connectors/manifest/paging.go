package manifest

import (
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
)

// Paging kinds.
const (
	PageNumber = "page"     // page=1, 2, 3 …
	Offset     = "offset"   // skip=0, 50, 100 …
	Cursor     = "cursor"   // the answer has a token that asks for the next page
	NextURL    = "next_url" // the answer names the address of the next page
	Keyset     = "keyset"   // ordered by a key; the next page begins after the last one
)

// Paging is how a list goes on. The request sees where it stands as "page",
// "offset", "cursor" or "after", and "size"; with Parameter the engine writes it
// into the query itself.
type Paging struct {
	Kind      string `json:"kind"`
	Parameter string `json:"parameter"` // page, offset, cursor: the query parameter
	SizeName  string `json:"size_parameter"`
	Size      int    `json:"size"`
	First     *int   `json:"first"` // page: the number of the first; nil is 1
	Next      Expr   `json:"next"`  // next_url: address; cursor: token; nothing at the end
	More      Expr   `json:"more"`  // whether another page follows; unset: the rest tells
	Key       Expr   `json:"key"`   // keyset: a number that only grows
	Total     Expr   `json:"total"` // rows in all pages; null when the system does not tell
	Cap       int    `json:"cap"`   // pages; a list that is longer is an error
	// Window is how many rows the system gives for one question at most, in the
	// order of incremental.field. Before it is reached the question is asked again
	// from the last change on.
	Window   int `json:"window"`
	Parallel int `json:"parallel"`
}

// Numbered reports whether any page can be asked for by its number.
func (p *Paging) Numbered() bool { return p.Kind == PageNumber || p.Kind == Offset }

// FirstPage is the number that the system gives to its first page.
func (p *Paging) FirstPage() int {
	if p.First == nil {
		return 1
	}
	return *p.First
}

// steps is what a request sees of where its list stands, by kind of paging.
var steps = map[string]scope{
	PageNumber: {"page": types.Int, "size": types.Int},
	Offset:     {"offset": types.Int, "size": types.Int},
	Cursor:     {"cursor": types.String, "size": types.Int},
	NextURL:    {"size": types.Int},
	Keyset:     {"after": types.String, "size": types.Int},
}

// paging compiles a list's paging and returns what its request sees.
func (c *compiler) paging(p *Paging, at pointer, sees scope) scope {
	sees = sees.with(steps[p.Kind])
	answers := sees.with(answerScope)
	c.expr(&p.Next, at.key("next"), answers)
	c.expr(&p.More, at.key("more"), answers, expr.AsBool())
	c.expr(&p.Total, at.key("total"), answers)
	c.expr(&p.Key, at.key("key"), sees.with(itemScope))
	return sees
}

// lintPaging finds a list that could not go on: nothing in its request says
// where it stands.
func (c *compiler) lintPaging(f *Fetch, at pointer) {
	p := f.Paging
	if p == nil || p.Parameter != "" || p.Kind == NextURL {
		return
	}
	for name := range steps[p.Kind] {
		if name != "size" && !c.asks(&f.Request, name) {
			c.problem(at.key("paging"), "nothing in the request says which part of the list is asked for: give \"parameter\", or use %s in the request", name)
		}
	}
}

// asks reports whether an expression of a request uses a name.
func (c *compiler) asks(r *Request, name string) bool {
	place := c.places.place(name)
	uses := func(e *Expr) bool { return e.opaque || slices.Contains(e.uses, place) }
	if uses(&r.Body) {
		return true
	}
	texts := []Template{r.Path}
	for _, set := range []map[string]Template{r.Query, r.Headers} {
		for _, t := range set {
			texts = append(texts, t)
		}
	}
	return slices.ContainsFunc(texts, func(t Template) bool {
		return slices.ContainsFunc(t.parts, func(p part) bool { return uses(&p.expr) })
	})
}
