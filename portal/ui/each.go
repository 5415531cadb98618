package ui

import (
	"iter"

	"portico/sync/record"
)

// exportPage is how many rows of an export are read at once.
const exportPage = 200

// EachRow walks a whole list page by page, so that a large one is never in
// memory whole, and yields every record once. A record that changes meanwhile
// moves to the front of a list by date, past where the walk has been: the front
// is looked at again until nothing there is new. An error ends the walk.
func EachRow(list func(q record.Query) (record.Page, error), q record.Query) iter.Seq2[record.Row, error] {
	return func(yield func(record.Row, error) bool) {
		q.Limit = exportPage
		first, seen, again := q.After, map[record.ID]bool{}, false
		for {
			page, err := list(q)
			if err != nil {
				yield(record.Row{}, err)
				return
			}
			before := len(seen)
			for _, row := range page.Rows {
				if seen[row.ID] {
					continue
				}
				seen[row.ID] = true
				if !yield(row, nil) {
					return
				}
			}
			fresh := len(seen) > before
			switch {
			case again && !fresh:
				return
			case page.Next != "" && fresh:
				q.After = page.Next
			default: // the end, or what was seen before
				q.After, again = first, true
			}
		}
	}
}
