package csvfolder

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"portico/sync/fault"
)

// Limits of a row. What is larger is not held: it is read past.
const (
	mostCell    = 1 << 20 // bytes of one cell
	mostRow     = 4 << 20 // bytes of all cells of a row
	mostColumns = 2000
)

// row is one row as it stands in the file.
type row struct {
	line  int // on which it begins
	cells []string
	bad   string // why it cannot be used, or ""
	open  bool   // the file ended without ending the row
}

// rows reads a table row by row (RFC 4180, and what programs make of it): cells in
// quotes may hold separators and line breaks, "" in them is a quote, lines end in
// LF, CRLF or CR. Rows without any text are left out.
type rows struct {
	r    *bufio.Reader
	sep  byte
	line int // of what is read next

	text   []byte
	ends   []int
	bad    string
	rest   bool // of the row is read past
	quoted int  // the line on which a cell in quotes began
}

// newRows begins at the top of a table. A first line that names the separator, as
// Excel reads and writes it, counts more than what was said.
func newRows(r *bufio.Reader, sep byte) *rows {
	out := &rows{r: r, sep: sep, line: 1}
	if head, _ := r.Peek(5); len(head) == 5 && strings.EqualFold(string(head[:4]), "sep=") {
		out.sep = head[4]
		line, _ := r.ReadString('\n')
		out.line += strings.Count(line, "\n")
	}
	return out
}

// next returns the next row with text in it; io.EOF after the last. A file that ends
// inside of a cell in quotes is fault.Broken.
func (s *rows) next() (row, error) {
	for {
		out, err := s.one()
		if err != nil {
			return row{}, err
		}
		if out.bad != "" || strings.TrimSpace(strings.Join(out.cells, "")) != "" {
			return out, nil
		}
	}
}

func (s *rows) one() (row, error) {
	s.text, s.ends, s.bad, s.rest = s.text[:0], s.ends[:0], "", false
	began := s.line
	for {
		end, err := s.cell()
		if err != nil {
			return row{}, err
		}
		if len(s.ends) < mostColumns {
			s.ends = append(s.ends, len(s.text))
		} else {
			s.spoil(fmt.Sprintf("The row has more than %d columns.", mostColumns))
		}
		if end == s.sep {
			continue
		}
		if end == 0 && len(s.ends) == 1 && len(s.text) == 0 && s.bad == "" {
			return row{}, io.EOF
		}
		return s.cut(began, end == 0), nil
	}
}

// cut makes a row of what was read.
func (s *rows) cut(began int, open bool) row {
	out := row{line: began, bad: s.bad, open: open}
	if s.bad != "" {
		return out
	}
	if !utf8.Valid(s.text) {
		out.bad = "The row holds bytes that are no text in the encoding that was chosen."
		return out
	}
	all := string(s.text)
	if strings.ContainsRune(all, 0) {
		out.bad = "The row holds characters that are no text."
		return out
	}
	out.cells = make([]string, len(s.ends))
	from := 0
	for i, to := range s.ends {
		out.cells[i] = all[from:to]
		from = to
	}
	return out
}

func (s *rows) spoil(why string) {
	if s.bad == "" {
		s.bad = why
	}
	s.rest = true
}

func (s *rows) keep(b byte) {
	if s.rest {
		return
	}
	from := 0
	if len(s.ends) > 0 {
		from = s.ends[len(s.ends)-1]
	}
	switch {
	case len(s.text)-from >= mostCell:
		s.spoil(fmt.Sprintf("A cell holds more than %d KB.", mostCell>>10))
	case len(s.text) >= mostRow:
		s.spoil(fmt.Sprintf("The row holds more than %d KB.", mostRow>>10))
	default:
		s.text = append(s.text, b)
	}
}

// cell reads one cell and returns what ended it: the separator, a line break as '\n',
// or 0 for the end of the file.
func (s *rows) cell() (byte, error) {
	b, err := s.byte()
	if err != nil {
		return 0, ended(err)
	}
	if b == '"' {
		if b, err = s.inQuotes(); err != nil {
			return 0, ended(err)
		}
	}
	for {
		if b == s.sep || b == '\n' {
			return b, nil
		}
		if b == '\r' {
			if after, err := s.r.Peek(1); err == nil && after[0] == '\n' {
				if b, err = s.byte(); err != nil {
					return 0, ended(err)
				}
				return b, nil
			}
			s.line++
			return '\n', nil
		}
		s.keep(b)
		if b, err = s.byte(); err != nil {
			return 0, ended(err)
		}
	}
}

// ended takes the end of the file for the end of a cell.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// inQuotes reads to the closing quote and returns what follows it.
func (s *rows) inQuotes() (byte, error) {
	s.quoted = s.line
	for {
		b, err := s.byte()
		if errors.Is(err, io.EOF) {
			return 0, fault.Newf(fault.Broken, "The file ends inside of a cell in quotes, which begins in line %d: it was cut, or a quote is missing.", s.quoted)
		}
		if err != nil {
			return 0, err
		}
		if b != '"' {
			s.keep(b)
			continue
		}
		if b, err = s.byte(); err != nil || b != '"' {
			return b, err
		}
		s.keep(b)
	}
}

func (s *rows) byte() (byte, error) {
	b, err := s.r.ReadByte()
	if b == '\n' {
		s.line++
	}
	return b, err
}

// headers are the names of columns, each once: one that comes again is numbered, one
// without a name is called by its place.
func headers(cells []string) []string {
	out := make([]string, 0, len(cells))
	seen := map[string]int{}
	for i, cell := range cells {
		name := trim(cell)
		if name == "" {
			name = fmt.Sprintf("Column %d", i+1)
		}
		name = clip(name, 200)
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		out = append(out, name)
	}
	for len(out) > 0 && strings.TrimSpace(cells[len(out)-1]) == "" {
		out = out[:len(out)-1]
	}
	return out
}
