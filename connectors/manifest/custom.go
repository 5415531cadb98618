package manifest

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"

	"portico/sync/record"
)

// Custom says where the fields are that only this tenant has. Its other expressions
// see an entry of Each as "field".
type Custom struct {
	Each  Expr `json:"each"`
	Keep  Expr `json:"keep"`
	ID    Expr `json:"id"`
	Label Expr `json:"label"`
	Type  Expr `json:"type"` // the system's word
	// Types are our words for it.
	Types    map[string]record.CustomType `json:"types"`
	Value    Expr                         `json:"value"`    // one, or a list of them
	Currency Expr                         `json:"currency"` // of money
}

// TypeOf is our word for a system's: what nobody has translated is text, and what
// is not told is left open.
func TypeOf(said string, words map[string]record.CustomType) record.CustomType {
	if is, ok := words[said]; ok || said == "" {
		return is
	}
	return record.CustomText
}

// custom compiles it; a record without any pays nothing.
func (c *compiler) custom(f *Custom, at pointer, sees scope) {
	if f == nil {
		return
	}
	c.expr(&f.Each, at.key("each"), sees)
	sees = sees.with(scope{"field": types.Any})
	c.expr(&f.Keep, at.key("keep"), sees, expr.AsBool())
	for name, e := range map[string]*Expr{"id": &f.ID, "label": &f.Label, "type": &f.Type, "value": &f.Value, "currency": &f.Currency} {
		c.expr(e, at.key(name), sees)
	}
}
