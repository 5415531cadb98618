package manifest

import "github.com/expr-lang/expr/types"

// ByID is how single records are read by their keys.
type ByID struct {
	Request Request `json:"request"` // sees "ids", and "id", which is the first of them
	Items   Expr    `json:"items"`   // a list, or the one thing; nothing when it is gone
	Batch   int     `json:"batch"`   // keys in one request; 0 is 1
	// Stubs says that the stream's list holds only stubs, with key, version and
	// time of change: each that changed is read by this before it is mapped.
	Stubs    bool `json:"stubs"`
	Parallel int  `json:"parallel"` // requests at once; 0 is 4
}

// Stubs reports whether the items of the stream's list are only stubs.
func (s *Stream) Stubs() bool { return s.ByID != nil && s.ByID.Stubs }

// Rereads reports whether single records of the stream can be read again.
func (s *Stream) Rereads() bool { return s.Read != nil || s.ByID != nil }

func (c *compiler) byID(b *ByID, at pointer, base scope) {
	if b == nil {
		return
	}
	sees := base.with(scope{"id": types.String, "ids": types.Array(types.String)})
	c.request(&b.Request, at.key("request"), sees)
	c.expr(&b.Items, at.key("items"), sees.with(answerScope))
	for _, name := range []string{"id", "ids"} {
		if c.asks(&b.Request, name) {
			return
		}
	}
	c.problem(at, "nothing in the request says which records are asked for: use id or ids in it")
}
