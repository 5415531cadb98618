package scoped

import (
	"database/sql"
	"reflect"
)

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
func list(rows *sql.Rows, out reflect.Value) error {
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
