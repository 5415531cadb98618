package ui_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"portico/portal/ui"
	"portico/sync/record"
)

// shelf is a list, newest first, that is read four at a time.
type shelf struct {
	rows  []record.Row
	asked int
	then  func(asked int) error // after a page was read
}

func (s *shelf) list(q record.Query) (record.Page, error) {
	from, _ := strconv.Atoi(q.After)
	p := record.Page{Rows: slices.Clone(s.rows[from:min(len(s.rows), from+4)])}
	if from+4 < len(s.rows) {
		p.Next = strconv.Itoa(from + 4)
	}
	s.asked++
	return p, s.then(s.asked)
}

func newShelf(n int) *shelf {
	s := &shelf{rows: make([]record.Row, n), then: func(int) error { return nil }}
	for i := range s.rows {
		s.rows[i].ID = record.NewID()
	}
	return s
}

func TestEachRowIsYieldedOnceAlthoughTheyMove(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 4, 5, 40} {
		s := newShelf(n)
		s.then = func(asked int) error {
			if last := len(s.rows) - 1; last > 0 && asked < 3 { // the last one changes and comes first
				s.rows = slices.Insert(s.rows[:last:last], 0, s.rows[last])
			}
			return nil
		}
		times := map[record.ID]int{}
		for row, err := range ui.EachRow(s.list, record.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			times[row.ID]++
		}
		for _, row := range s.rows {
			if times[row.ID] != 1 {
				t.Errorf("of %d rows one is there %d times", n, times[row.ID])
			}
		}
	}
}

func TestEachRowEndsWithAnErrorAndWhenNobodyListens(t *testing.T) {
	t.Parallel()
	s, away := newShelf(40), errors.New("away")
	s.then = func(asked int) error {
		if asked == 3 {
			return away
		}
		return nil
	}
	rows, failed := 0, error(nil)
	for _, err := range ui.EachRow(s.list, record.Query{}) {
		if failed = err; err == nil {
			rows++
		}
	}
	if rows != 8 || !errors.Is(failed, away) {
		t.Errorf("%d rows, %v", rows, failed)
	}
	s = newShelf(40)
	for _, err := range ui.EachRow(s.list, record.Query{}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if s.asked != 1 {
		t.Errorf("%d pages were read for one row", s.asked)
	}
}
