package scoped_test

import (
	"context"
	"testing"
	"time"

	"portico/sync/store/internal/scoped"
)

// values reads one row of expressions without a table.
func values(t *testing.T, db *scoped.DB, row func(f *scoped.Fields), columns ...string) error {
	t.Helper()
	return db.Read(t.Context(), scoped.Query{Columns: scoped.NewColumns(columns...), Rest: "WHERE true", Row: row})
}

func TestARowComesBackAsItWentIn(t *testing.T) {
	t.Parallel()
	db := open(t)
	const id, at = "'0192f0c0-0000-7000-8000-00000000000a'", "'2026-11-19T07:10:22.000123Z'"
	for range 2 { // the second time the statement is there
		err := values(t, db, func(f *scoped.Fields) {
			if got := f.Text(); got != "a\x1f\x00b|ü" {
				t.Errorf("text %q", got)
			}
			if got := f.ID().String(); "'"+got+"'" != id {
				t.Errorf("id %s", got)
			}
			if got := f.Int(); got != -7 {
				t.Errorf("number %d", got)
			}
			if yes, no := f.Bool(), f.Bool(); !yes || no {
				t.Errorf("%v, %v", yes, no)
			}
			if got, want := f.Time(), time.Date(2026, 11, 19, 7, 10, 22, 123000, time.UTC); !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("time %s", got)
			}
			if a, b, c, d := f.Text(), f.ID(), f.Int(), f.Time(); a != "" || b.String()[0] != '0' || c != 0 || !d.IsZero() {
				t.Errorf("of NULL: %q %s %d %s", a, b, c, d)
			}
			if got := f.Bytes(); string(got) != "x\xff\xffy" {
				t.Errorf("bytes %q", got)
			}
		}, "'a' || char(31, 0) || 'b|ü'", id, "-7", "1", "0", at, "NULL", "NULL", "NULL", "NULL", "x'78ffff79'")
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A row that does not hold what it is read as ends the read, it is not guessed.
func TestARowOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	for name, c := range map[string]struct {
		columns []string
		row     func(f *scoped.Fields)
	}{
		"too few read":    {[]string{"'a'", "'b'"}, func(f *scoped.Fields) { f.Text() }},
		"too many read":   {[]string{"'a'"}, func(f *scoped.Fields) { f.Text(); f.Text() }},
		"no id":           {[]string{"'a'"}, func(f *scoped.Fields) { f.ID() }},
		"no number":       {[]string{"'a'"}, func(f *scoped.Fields) { f.Int() }},
		"no time":         {[]string{"'yesterday'"}, func(f *scoped.Fields) { f.Time() }},
		"the mark within": {[]string{"CAST(x'61ff62' AS TEXT)", "'2026-11-19T07:10:22.000123Z'"}, func(f *scoped.Fields) { f.Text(); f.Time() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := values(t, db, c.row, c.columns...); err == nil {
				t.Error("it was read")
			}
		})
	}
}

func TestAReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := db.Read(ctx, scoped.Query{Columns: scoped.NewColumns("i"), Row: func(f *scoped.Fields) {
		f.Int()
		if n++; n == 10 {
			cancel()
		}
	}, Rest: "FROM (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i FROM c)"})
	if err == nil || ctx.Err() == nil {
		t.Error("it went on without end")
	}
}
