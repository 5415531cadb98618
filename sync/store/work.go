package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
	"portico/sync/work"
)

// Work returns a page of the queue of everything that the viewer reaches: by
// turn, then by how long it has been.
func (f *Staff) Work(ctx context.Context, s access.Scope, q work.Query) (work.Page, error) {
	if err := acting(s); err != nil {
		return work.Page{}, err
	}
	from, err := parseMark(q.After, q.Newest)
	if err != nil {
		return work.Page{}, err
	}
	limit := pageOf(q.Limit)
	page := work.Page{Counts: work.Counts{Turns: map[record.Turn]int{}}}
	if err := f.across.Read(ctx, append(f.counting(s, &page.Counts), allFreshness(&page.Fresh))...); err != nil {
		return page, fault.At("count the queue", err)
	}
	page.Counts.All = 0
	for _, n := range page.Counts.Turns {
		page.Counts.All += n
	}
	for i := max(0, slices.Index(work.Turns, from.turn)); i < len(work.Turns) && len(page.Items) <= limit; i++ {
		turn := work.Turns[i]
		if q.Turn != "" && q.Turn != turn {
			continue
		}
		if turn != from.turn {
			from = mark{}
		}
		items, err := f.waiting(ctx, s, q, turn, from, limit+1-len(page.Items), page.Fresh)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, items...)
	}
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = markOf(page.Items[limit-1], q.Newest).String()
	}
	return page, f.deciders(ctx, s, page.Items)
}

// waiting merges what there is of one turn.
func (f *Staff) waiting(ctx context.Context, s access.Scope, q work.Query, turn record.Turn, from mark, limit int, fresh []record.Freshness) ([]work.Item, error) {
	var items []work.Item
	var queries []scoped.Query
	if wants(q, work.Ticket) {
		queries = append(queries, f.tickets(s, q, turn, from, limit, &items, fresh))
	}
	if wants(q, work.Approval) && turn == record.TurnClient {
		queries = append(queries, f.questions(s, q, from, limit, &items))
	}
	if wants(q, work.Action) && !q.Mine && !q.Late {
		switch turn {
		case record.TurnProvider:
			queries = append(queries, f.stuck(s, q, "dead", turn, from, limit, &items))
		case record.TurnClient:
			queries = append(queries, f.stuck(s, q, "conflict", turn, from, limit, &items))
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	if err := f.across.Read(ctx, queries...); err != nil {
		return nil, fault.At("read the queue", err)
	}
	slices.SortFunc(items, func(a, b work.Item) int {
		order := cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.ID, b.ID))
		if q.Newest {
			return -order
		}
		return order
	})
	return items[:min(len(items), limit)], nil
}

func wants(q work.Query, k work.Kind) bool { return q.Kind == "" || q.Kind == k }

// conditions collects what a query asks for.
type conditions struct {
	where strings.Builder
	args  []any
}

func (c *conditions) and(cond string, args ...any) {
	if cond != "" {
		c.where.WriteString(" AND " + cond)
		c.args = append(c.args, args...)
	}
}

// narrow adds what is asked for of any kind of item, and the order.
func (f *Staff) narrow(c *conditions, q work.Query, t, since string, from mark, limit int) string {
	if !q.Account.IsZero() {
		c.and(t+".account_id = ?", q.Account)
	}
	words := strings.Fields(q.Company)
	for _, word := range words[:min(len(words), maxWords)] {
		c.and(t+".account_id IN (SELECT id FROM accounts WHERE name "+f.across.Like()+` ? ESCAPE '\')`, like(word))
	}
	if !q.Before.IsZero() {
		c.and(since+" < ?", at(q.Before))
	}
	op, direction := ">", "ASC"
	if q.Newest {
		op, direction = "<", "DESC"
	}
	if from.id != "" {
		c.and("("+since+", "+t+".id) "+op+" (?, ?)", at(from.since), from.id)
	}
	return " ORDER BY " + since + " " + direction + ", " + t + ".id " + direction + " LIMIT " + strconv.Itoa(limit)
}

// like matches a word anywhere.
func like(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word) + "%"
}

// mark is where a page of the queue ends.
type mark struct {
	order string
	turn  record.Turn
	since time.Time
	id    string
}

func markOf(i work.Item, newest bool) mark { return mark{orderOf(newest), i.Turn, i.Since, i.ID} }

func orderOf(newest bool) string {
	if newest {
		return "newest"
	}
	return "oldest"
}

func (m mark) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{m.order, string(m.turn), m.since.UTC().Format(layout), m.id}, " ")))
}

func parseMark(text string, newest bool) (mark, error) {
	if text == "" {
		return mark{}, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if parts := strings.Split(string(data), " "); err == nil && len(parts) == 4 && parts[0] == orderOf(newest) && slices.Contains(work.Turns, record.Turn(parts[1])) {
		since, err := time.Parse(layout, parts[2])
		if _, bad := record.ParseID(parts[3]); err == nil && bad == nil {
			return mark{parts[0], record.Turn(parts[1]), since, parts[3]}, nil
		}
	}
	return mark{}, damaged()
}
