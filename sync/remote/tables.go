package remote

import (
	"context"
	"errors"
	"time"

	"portico/sync/record"
)

// ErrUncounted ends a census that could not be taken although nothing failed: there is
// nothing to count at the moment. Nothing is deleted, and the next one is taken when it
// is due.
var ErrUncounted = errors.New("nothing to count at the moment")

// Dated is an Emitter that can be told that what it was given is older than the pass:
// facts that were written down before somebody handed them over.
type Dated interface {
	// AsOf says how old the facts are of which Complete says that they are whole.
	AsOf(at time.Time)
}

// Tailored is a Connector that has its streams only as far as the settings of a
// connection go. Spec names all that there may be.
type Tailored interface {
	StreamsOf(settings map[string]string) []Stream
}

// Tabular is a Connector of tables whose columns a person explains, because nobody else
// can. What was said is part of the settings.
type Tabular interface {
	Tailored

	// Tables lists what may be read and what there is to read, without looking into it.
	Tables(ctx context.Context, c Conn) (Tables, error)
	// Look reads the beginning of the newest file of a table. Where the layout is nil,
	// the one of the settings counts; where there is none, what the file suggests.
	Look(ctx context.Context, c Conn, table string, l *Layout) (TableLook, error)
	// Explain returns the settings with a layout in them. What is wrong with it is
	// fault.Invalid with fields.
	Explain(settings map[string]string, table string, l Layout) (map[string]string, error)
}

// Tables is what a folder holds.
type Tables struct {
	Known []Table
	// Other are files that belong to no table, by name.
	Other []TableFile
}

// Table is one kind of thing that may be read from files.
type Table struct {
	Name   string // of its stream
	Kind   record.Kind
	Layout *Layout // nil until somebody has explained it
	Files  []TableFile
	// Problem is why it cannot be read at the moment, or "".
	Problem string
	// Suggested is a file that looks like one of it by its name, while there is no layout; or "".
	Suggested string
}

// TableFile is one file.
type TableFile struct {
	Name    string
	Size    int64
	Written time.Time
	// Waits says why it is not read yet, or "".
	Waits string
	// Mark changes whenever the file does.
	Mark string
}

// Layout says how the files of one table are read.
type Layout struct {
	Pattern   string                  `json:"pattern"` // of file names: "contacts*.csv"
	Increment bool                    `json:"increment,omitempty"`
	Encoding  string                  `json:"encoding"`
	Separator string                  `json:"separator"`
	Columns   map[string]LayoutColumn `json:"columns"` // by field
	// Headers are those that there were when a person looked.
	Headers []string `json:"headers"`
	// Accepted is the mark of a file that is shorter than the one before, and right.
	Accepted string `json:"accepted,omitempty"`
}

// LayoutColumn says where a field comes from.
type LayoutColumn struct {
	Header string `json:"header,omitempty"`
	Format string `json:"format,omitempty"` // one of TableField.Formats
	Fixed  string `json:"fixed,omitempty"`  // what stands in every row, instead of a column
}

// TableField is something that a row may say.
type TableField struct {
	Name, Label string
	Required    bool
	Formats     []TableFormat // of which one must be chosen; none for text
	Fixable     bool          // the same for every row, where no column has it
	Line        bool          // of one line of a document: rows with the same number belong together
}

// TableFormat is one way in which values are written.
type TableFormat struct{ Name, Label string }

// TableLook is what the beginning of a file looks like.
type TableLook struct {
	Table Table
	File  TableFile // the one that was looked at; no name when there is none
	// Encodings and Separators are what can be chosen; Layout has what was chosen or suggested.
	Encodings, Separators []TableFormat
	Fields                []TableField
	Layout                Layout
	Headers               []string
	Rows                  [][]string
	// New are columns that were not there when somebody looked last, Missing those that
	// are needed and gone.
	New, Missing []string
	// Unsure are fields whose format cannot be told from what the file holds.
	Unsure map[string]string
	// Wrong is what is wrong with the layout, by field.
	Wrong map[string]string
	// Samples are the first rows beside what they become.
	Samples []Sample
	// Problem is why it cannot be read at all, or "".
	Problem string
}
