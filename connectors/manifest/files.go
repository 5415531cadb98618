package manifest

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"

	"portico/sync/record"
)

// Files is how the bytes of an attachment or a document are fetched. A redirect is
// followed, to another computer without a credential.
type Files struct {
	Request Request `json:"request"`
	// Address is where the answer says that the bytes are: for whoever knows it, so
	// that no credential goes there.
	Address  Expr   `json:"address"`
	Encoding string `json:"encoding"` // "" for the bytes themselves, or base64 of Content
	Content  Expr   `json:"content"`
	// Kinds are those of which the bytes are fetched in another way.
	Kinds map[record.Kind]*Files `json:"kinds"`
	// Instead are files of other sorts: the first of which When holds is fetched so.
	Instead []*Files `json:"instead"`
	When    Expr     `json:"when"`
}

// Of is how the bytes of a kind are fetched; nil when they are not.
func (f *Files) Of(kind record.Kind) *Files {
	if f == nil {
		return nil
	}
	if other := f.Kinds[kind]; other != nil {
		return other
	}
	return f
}

func (c *compiler) files(f *Files, at pointer, base scope) {
	if f == nil {
		return
	}
	sees := base.with(scope{"id": types.String, "kind": types.String})
	c.request(&f.Request, at.key("request"), sees)
	c.expr(&f.Address, at.key("address"), sees.with(answerScope))
	c.expr(&f.Content, at.key("content"), sees.with(answerScope))
	c.expr(&f.When, at.key("when"), sees, expr.AsBool())
	for i, other := range f.Instead {
		c.files(other, at.key("instead").index(i), base)
	}
	for kind, other := range f.Kinds {
		c.files(other, at.key("kinds").key(string(kind)), base)
	}
}
