package tryton

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"portico/sync/fault"
)

// pageSize is how many rows are asked for at once: an invoice comes with its lines.
const pageSize = 100

// query asks for rows of a model.
type query struct {
	model   string
	domain  []any
	fields  []string
	context map[string]any // beside what every call has
}

// rowsPage is a part of a list, in ascending order of ids, which never move.
type rowsPage struct {
	rows []json.RawMessage
	ids  []int64
	next int64 // the last id so far
	left int   // rows that follow; -1 when it was not asked
	last bool
}

// each visits the rows whose ids follow after. Tryton tells no total with a page,
// so that a page that is not full counts as the last only when Tryton, asked
// again, says that nothing follows it.
func (s *session) each(ctx context.Context, q query, after int64, visit func(rowsPage) error) error {
	for empty := 0; ; {
		p, err := s.page(ctx, q, after)
		if err != nil {
			return err
		}
		if len(p.rows) < pageSize {
			if p.left, err = s.count(ctx, q, p.next); err != nil {
				return err
			}
			p.last = p.left == 0
		}
		if len(p.rows) == 0 && !p.last {
			if empty++; empty > 1 { // once may be a row that was added between the two questions
				return fault.New(fault.Unavailable, "Tryton sent fewer rows than it says there are; nothing of the page is used and we try again.").
					Because("read a page", fmt.Errorf("no row of %s where %d are left", q.model, p.left))
			}
			continue
		}
		empty = 0
		if err := visit(p); err != nil || p.last {
			return err
		}
		after = p.next
	}
}

func (s *session) page(ctx context.Context, q query, after int64) (rowsPage, error) {
	p := rowsPage{next: after, left: -1}
	raw, err := s.get(ctx, "model."+q.model+".search_read",
		following(q.domain, after), 0, pageSize, []any{[]any{"id", "ASC"}}, q.fields, s.context(q.context))
	if err != nil {
		return p, err
	}
	if json.Unmarshal(raw, &p.rows) != nil || p.rows == nil {
		return p, broken("read rows of "+q.model, fmt.Errorf("it is no list"))
	}
	if len(p.rows) > pageSize {
		return p, broken("read rows of "+q.model, fmt.Errorf("%d rows where at most %d were asked for", len(p.rows), pageSize))
	}
	for _, row := range p.rows {
		var head struct{ ID int64 }
		if err := json.Unmarshal(row, &head); err != nil || head.ID <= p.next {
			return p, broken("go through "+q.model, fmt.Errorf("id %d does not follow %d: the page is repeated or out of order", head.ID, p.next))
		}
		p.next = head.ID
		p.ids = append(p.ids, head.ID)
	}
	return p, nil
}

// count says how many rows have ids that follow after.
func (s *session) count(ctx context.Context, q query, after int64) (int, error) {
	raw, err := s.get(ctx, "model."+q.model+".search_count", following(q.domain, after), s.context(q.context))
	if err != nil {
		return 0, err
	}
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 0 {
		return 0, broken("count "+q.model, fmt.Errorf("it is no number"))
	}
	return n, nil
}

func following(domain []any, after int64) []any {
	return append([]any{[]any{"id", ">", after}}, domain...)
}

// among asks for single rows.
func among(ids []int64) []any { return []any{"id", "in", ids} }

// since asks for rows that changed after a time, or whose related rows did. A row
// that was never changed has no time of change, only one of making.
func since(t time.Time, related []string) []any {
	at := momentOf(t)
	either := []any{"OR"}
	for _, path := range append([]string{""}, related...) {
		either = append(either,
			[]any{path + "write_date", ">", at},
			[]any{[]any{path + "write_date", "=", nil}, []any{path + "create_date", ">", at}})
	}
	return either
}
