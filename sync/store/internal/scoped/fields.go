package scoped

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Fields hands over one row, a column at a time and in order. What is NULL is
// the zero value. A value that is not of the kind that it is asked for as ends
// the read; the texts of a row share one piece of memory.
type Fields struct {
	row    string
	packed bool  // a packed row of SQLite; else values as PostgreSQL sends them
	ends   []int // PostgreSQL: where each value ends in row
	next   int   // column
	at     int   // where it begins
	n      int   // columns
	err    error
}

var errFields = errors.New("the row has other columns than were asked for")

// value is the next column as the database hands it over.
func (f *Fields) value() string {
	if f.next >= f.n {
		f.fail(errFields)
		return ""
	}
	f.next++
	begin, end := f.at, len(f.row)
	switch {
	case !f.packed:
		end = f.ends[f.next-1]
		f.at = end
	case f.next < f.n:
		length := strings.IndexByte(f.row[begin:], mark)
		if length < 0 {
			f.fail(errFields)
			return ""
		}
		end = begin + length
		f.at = end + 1
	}
	return f.row[begin:end]
}

func (f *Fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// done reports what was wrong with the row.
func (f *Fields) done() error {
	if f.err == nil && f.next != f.n {
		return errFields
	}
	return f.err
}

// Text is the next column, a text.
func (f *Fields) Text() string { return f.value() }

// Bytes is the next column, bytes of the caller's own.
func (f *Fields) Bytes() []byte { return []byte(f.value()) }

// ID is the next column, a UUID.
func (f *Fields) ID() (id uuid.UUID) {
	v := f.value()
	if v == "" {
		return id
	}
	if !f.packed {
		if copy(id[:], v) != len(v) {
			f.fail(fmt.Errorf("read %d bytes as an id", len(v)))
		}
		return id
	}
	id, err := uuid.Parse(v)
	if err != nil {
		f.fail(fmt.Errorf("read an id: %w", err))
	}
	return id
}

// Int is the next column, a whole number.
func (f *Fields) Int() int64 {
	v := f.value()
	switch {
	case v == "":
		return 0
	case f.packed:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			f.fail(fmt.Errorf("read a number: %w", err))
		}
		return n
	default:
		return signed(v)
	}
}

// signed is a number as PostgreSQL sends it: big-endian, two's complement.
func signed(v string) int64 {
	var n int64
	if v[0] >= 0x80 {
		n = -1
	}
	for i := range len(v) {
		n = n<<8 | int64(v[i])
	}
	return n
}

// Bool is the next column, true or false.
func (f *Fields) Bool() bool {
	v := f.value()
	return v == "1" || v == "\x01"
}

// epoch is what PostgreSQL counts microseconds from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// Time is the next column, a moment in UTC.
func (f *Fields) Time() time.Time {
	v := f.value()
	switch {
	case v == "":
		return time.Time{}
	case f.packed:
		t, err := time.Parse(time.RFC3339, v) // takes fractions, and is made faster than other layouts
		if err != nil {
			f.fail(fmt.Errorf("read a time: %w", err))
		}
		return t
	default:
		return time.UnixMicro(epoch + signed(v)).UTC()
	}
}
