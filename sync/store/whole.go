package store

import (
	"context"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Whole is List with the records whole, for kinds of which an account has few.
func (a *Account) Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error) {
	if err := access.See(s, account, q.Kind); err != nil {
		return record.Whole{}, err
	}
	limit := limitOf(q)
	rest, args, err := a.listQuery(s, account, q, limit+1)
	if err != nil {
		return record.Whole{}, err
	}
	var page record.Whole
	var bad error
	err = a.db.For(account).Read(ctx, freshnessQuery(account, &page.Fresh), detailQuery(account, rest, args, &page.Details, &bad))
	if err == nil {
		err = bad
	}
	for i := range page.Details {
		stamp(&page.Details[i].Row, page.Fresh)
	}
	if len(page.Details) > limit {
		page.Details = page.Details[:limit]
		page.Next = cursor(page.Details[limit-1].Row, q.Sort)
	}
	return page, fault.At("list "+string(q.Kind)+" whole", err)
}

// What a calendar reads at most: records of one kind, and how long before its
// window an event may have begun.
const (
	mostOccasions = "1000"
	longestEvent  = 400 * 24 * time.Hour
)

// Occasions lists what the viewer's calendar holds in a window, and how current
// the streams are that feed it. Of more records than a thousand of a kind it reads
// the newest.
func (a *Account) Occasions(ctx context.Context, s access.Scope, account record.AccountID, w record.Window) ([]record.Occasion, []record.Freshness, error) {
	if err := reach(s, account); err != nil {
		return nil, nil, err
	}
	var fresh []record.Freshness
	var details []record.Detail
	var bad error
	queries := []scoped.Query{freshnessQuery(account, &fresh)}
	for kind, c := range dated(w) {
		if s.Sees(kind) {
			table, args := visible(s, account, kind)
			rest := "FROM " + table + " AS r WHERE " + c.where + " ORDER BY sort_at DESC, id DESC LIMIT " + mostOccasions
			queries = append(queries, detailQuery(account, rest, append(args, c.args...), &details, &bad))
		}
	}
	if len(queries) == 1 {
		return nil, nil, fault.New(fault.Forbidden, "This part of the account is not shown to you. Ask an owner of the account.")
	}
	err := a.db.For(account).Read(ctx, queries...)
	if err == nil {
		err = bad
	}
	if err != nil {
		return nil, nil, fault.At("read the calendar", err)
	}
	var out []record.Occasion
	for i := range details {
		stamp(&details[i].Row, fresh)
		for _, o := range record.Occasions(details[i]) {
			if w.Holds(o) {
				out = append(out, o)
			}
		}
	}
	record.SortOccasions(out, w.Zone)
	return out, fresh, nil
}

type condition struct {
	where string
	args  []any
}

// dated are the conditions that leave what may be in a window, by kind. A whole day
// is stored as midnight UTC and may be the day of the window up to fourteen hours
// before and after that.
func dated(w record.Window) map[record.Kind]condition {
	from, until := w.Moments()
	from, until = from.Add(-24*time.Hour), until.Add(24*time.Hour)
	due := condition{isOpen + " AND due_at >= ? AND due_at < ?", []any{at(from), at(until)}}
	return map[record.Kind]condition{
		record.KindEvent:    {"sort_at >= ? AND sort_at < ?", []any{at(from.Add(-longestEvent)), at(until)}},
		record.KindContract: {isOpen, nil},
		record.KindInvoice:  due,
		record.KindProject:  due,
	}
}
