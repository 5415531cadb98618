package store

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

const (
	defaultRows = 50
	maxRows     = 200
)

// briefColumns are in the order in which scanBrief reads them.
var briefColumns = []string{"id", "connection_id", "number", "title", "person", "state", "label", "turn", "turn_since", "due_at",
	"sort_at", "updated_at", "reread_at"}

// rowColumns are in the order in which scanRow reads them.
var rowColumns = append(slices.Clone(briefColumns), "kind", "external_id", "status_raw", "explanation", "created_at", "url")

var (
	briefFields = scoped.NewColumns(briefColumns...)
	rowFields   = scoped.NewColumns(rowColumns...)
)

// List returns one page of a kind. The statement's text depends only on which
// conditions are set, so it is prepared once per combination.
func (a *Account) List(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Page, error) {
	if err := reach(s, account); err != nil {
		return record.Page{}, err
	}
	if !s.Sees(q.Kind) {
		return record.Page{}, fault.New(fault.Forbidden, "This part of the account is not shown to you. Ask an owner of the account.")
	}
	limit := limitOf(q)
	rest, args, err := a.listQuery(s, account, q, limit+1)
	if err != nil {
		return record.Page{}, err
	}
	page := record.Page{Total: -1, Rows: make([]record.Row, 0, limit+1)}
	columns, scan := rowFields, scanRow
	if q.Brief {
		columns, scan = briefFields, scanBrief
	}
	rows := scoped.Query{Columns: columns, Rest: rest, Args: args, Row: func(f *scoped.Fields) {
		page.Rows = append(page.Rows, record.Row{Account: account, Kind: q.Kind})
		scan(f, &page.Rows[len(page.Rows)-1])
	}}
	// The stamps before the rows, so that rows are never older than they say.
	queries := []scoped.Query{freshnessQuery(account, &page.Fresh), rows}
	if q.Standing > 0 {
		queries = append(queries, standingQuery(s, account, q.Standing, &page.Standing))
	}
	if err := a.db.For(account).Read(ctx, queries...); err != nil {
		return record.Page{}, fault.At("list "+string(q.Kind), err)
	}
	if q.Standing > 0 {
		if _, err := found(page.Standing.Account, nil); err != nil {
			return record.Page{}, err
		}
		page.Standing.Fed = fed(page.Fresh)
	}
	for i := range page.Rows {
		stamp(&page.Rows[i], page.Fresh)
	}
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = cursor(page.Rows[limit-1], q.Sort)
	}
	return page, nil
}

func limitOf(q record.Query) int {
	if q.Limit <= 0 {
		return defaultRows
	}
	return min(q.Limit, maxRows)
}

func (a *Account) listQuery(s access.Scope, account record.AccountID, q record.Query, limit int) (string, []any, error) {
	table, args := visible(s, account, q.Kind)
	var where strings.Builder
	and := func(cond string, values ...any) {
		where.WriteString(" AND " + cond)
		args = append(args, values...)
	}
	words := sought(q.Search)
	if q.Open != nil {
		switch {
		case !*q.Open:
			and("NOT (" + isOpen + ")")
		case len(words) > 0:
			and(isOpenToo)
		default:
			and(isOpen)
		}
	}
	switch q.Turn {
	case "":
	case record.TurnClient: // spelled out, which is what the index of waiting records asks for
		and("turn = 'client'")
	default:
		and("turn = ?", q.Turn)
	}
	if q.State != "" {
		and("state = ?", q.State)
	}
	if !q.Since.IsZero() {
		and("updated_at >= ?", at(q.Since))
	}
	if q.Mine {
		and("requester <> '' AND requester = ?", own(s))
	}
	for _, word := range words {
		and(`search LIKE '' || ? ESCAPE '\'`, like(word)) // not a bare parameter, see asked
	}
	key, direction := sortKey(q.Sort)
	if q.After != "" {
		value, id, err := parseCursor(q.After, q.Sort)
		if err != nil {
			return "", nil, err
		}
		op := ">"
		if direction == "DESC" {
			op = "<"
		}
		and("("+key+", id) "+op+" (?, ?)", value, id)
	}
	// A limit that is a parameter would have SQLite plan anew for every value it is given.
	order := " ORDER BY " + key + " " + direction + ", id " + direction
	rest, args := a.chosen(q, account, "FROM "+table+" AS r WHERE true"+where.String()+order+" LIMIT "+strconv.Itoa(limit), order, args)
	return rest, args, nil
}

// isOpen is spelled as the index of open records is.
const isOpen = "state NOT IN ('resolved', 'closed', 'cancelled')"

// isOpenToo says the same, and is not spelled so: SQLite would take that index,
// which does not hold what a search looks at.
const isOpenToo = "state NOT IN ('closed', 'resolved', 'cancelled')"

// never sorts what has no time after everything that has one.
const never = "9999-12-31T00:00:00.000000Z"

func sortKey(s record.Sort) (key, direction string) {
	switch s {
	case record.SortDue:
		return "coalesce(due_at, '" + never + "')", "ASC"
	case record.SortTitle:
		return "title", "ASC"
	default:
		return "sort_at", "DESC"
	}
}

// cursor names the last row of a page: its id, the order, and the key that it
// was sorted by. The key comes last because it may hold anything.
func cursor(r record.Row, s record.Sort) string {
	key := r.Sort.UTC().Format(layout)
	switch {
	case s == record.SortTitle:
		key = r.Title
	case s == record.SortDue && r.Due.IsZero():
		key = never
	case s == record.SortDue:
		key = r.Due.UTC().Format(layout)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(r.ID.String() + string(s) + "\n" + key))
}

func parseCursor(text string, sort record.Sort) (key string, id record.ID, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(data) > 36 {
		order, key, found := strings.Cut(string(data[36:]), "\n")
		if id, err = record.ParseID(string(data[:36])); err == nil && found && order == string(sort) {
			return key, id, nil
		}
	}
	return "", id, damaged()
}

func damaged() error {
	return fault.New(fault.Invalid, "This link to the next page is damaged. Start from the first page.")
}

// scanBrief reads briefColumns.
func scanBrief(f *scoped.Fields, r *record.Row) {
	r.ID.UUID, r.Stamp.Connection.UUID = f.ID(), f.ID()
	r.Number, r.Title, r.Person = f.Text(), f.Text(), f.Text()
	r.State, r.Label, r.Turn = record.State(f.Text()), f.Text(), record.Turn(f.Text())
	r.TurnSince, r.Due, r.Sort, r.Updated, r.Stamp.ReadAt = f.Time(), f.Time(), f.Time(), f.Time(), f.Time()
}

// scanRow reads rowColumns.
func scanRow(f *scoped.Fields, r *record.Row) {
	scanBrief(f, r)
	r.Kind, r.Stamp.External, r.Status = record.Kind(f.Text()), f.Text(), f.Text()
	r.Explanation, r.Created, r.Stamp.URL = f.Text(), f.Time(), f.Text()
	r.Stamp.Raw = r.Status
}

// stamp says where a row comes from and how current it is: the later of its
// stream's last whole pass and its own last re-read, which ReadAt holds.
func stamp(r *record.Row, fresh []record.Freshness) {
	for i := range fresh {
		f := &fresh[i]
		if f.Connection != r.Stamp.Connection || !has(f.Kinds, r.Kind) {
			continue
		}
		r.Stamp.System, r.Stamp.Limit = f.System, f.Limit
		r.Stamp.Down, r.Stamp.DownSince = f.Down, f.DownSince
		r.Stamp.ReadAt = later(f.ReadAt, r.Stamp.ReadAt)
		return
	}
}

func has(kinds []record.Kind, k record.Kind) bool {
	for _, x := range kinds {
		if x == k {
			return true
		}
	}
	return false
}
