package scoped

import (
	"context"
	"database/sql"
	"reflect"
)

// asker runs a query with bun's placeholders: the pool of readers or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// column reports whether dest is a list of values that scan themselves, such as
// ids. bun takes those that are structs for rows of a table.
func column(dest any) (reflect.Value, bool) {
	v := reflect.ValueOf(dest)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Slice {
		return v, false
	}
	elem := v.Elem().Type().Elem()
	return v.Elem(), elem.Kind() == reflect.Struct && reflect.PointerTo(elem).Implements(reflect.TypeFor[sql.Scanner]())
}

// list appends the one column of a query to out.
func list(ctx context.Context, from asker, out reflect.Value, query string, args ...any) error {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		value := reflect.New(out.Type().Elem())
		if err := rows.Scan(value.Interface()); err != nil {
			return err
		}
		out.Set(reflect.Append(out, value.Elem()))
	}
	return rows.Err()
}
