package scoped

import "strings"

// Columns are what a read asks for, in the order in which Fields hands them over.
// They are made once, when the program starts.
type Columns struct {
	names, packed string
	n             int
}

// mark parts the columns of a packed row. No text holds this byte, because what
// is not UTF-8 is dropped where it comes in; the last column may hold anything.
const mark = '\xff'

// NewColumns takes names of columns, or expressions.
func NewColumns(names ...string) *Columns {
	whole := make([]string, len(names))
	for i, name := range names {
		whole[i] = "coalesce(" + name + ", '')"
	}
	return &Columns{
		names: strings.Join(names, ", "), n: len(names),
		packed: "concat_ws(CAST(x'ff' AS TEXT), " + strings.Join(whole, ", ") + ")",
	}
}

// selected is what stands between SELECT and FROM. SQLite packs a row into one
// text, because its driver takes locks and memory for every value that it hands
// over: nineteen columns cost more than finding their row.
func (c *Columns) selected(d Dialect) string {
	if d == SQLite {
		return c.packed
	}
	return c.names
}
