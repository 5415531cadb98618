package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/portal/form"
	"portico/portal/ui/words"
	"portico/sync/access"
	"portico/sync/fault"
)

// mostBytes is how large a list may be: as many people as a list may name, with long
// names. What waits for its turn has to fit into a form.
const mostBytes = form.MaxText / 2

// line is one person of a list.
type line struct {
	Number int // in the file, from 1
	access.Invitee

	Problem string // why nobody can be invited by it
	Remark  string // what to look at before it is
	Off     bool   // was unticked
}

// sheet is a list as it was read.
type sheet struct {
	Lines []line
	Latin bool // it was no UTF-8 and was read as Windows-1252
}

// readSheet reads a list of people: name, address, role, in any order, separated
// by commas, semicolons or tabs, with or without a first line that names the
// columns. The error says what is wrong with the whole; a line says what is wrong
// with it.
func readSheet(data []byte, usual access.Role, t words.Reader) (sheet, error) {
	var s sheet
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	if !utf8.ValidString(text) {
		text, s.Latin = latin(data), true
	}
	if strings.ContainsRune(text, 0) {
		return s, fault.New(fault.Invalid, t.T("bulk.binary"))
	}
	rows, numbers, err := cells(text, t)
	if err != nil {
		return s, err
	}
	if len(rows) > access.InvitesInList+1 {
		return s, fault.New(fault.Invalid, t.T("bulk.long", t.Number(len(rows)), t.Number(access.InvitesInList)))
	}
	at, rest := columnsOf(rows)
	if at.address < 0 {
		return s, fault.New(fault.Invalid, t.T("bulk.columns"))
	}
	for i := rest; i < len(rows); i++ {
		s.Lines = append(s.Lines, at.line(numbers[i], rows[i], usual, t))
	}
	if len(s.Lines) == 0 || len(s.Lines) > access.InvitesInList {
		return s, fault.New(fault.Invalid, t.T("bulk.long", t.Number(len(s.Lines)), t.Number(access.InvitesInList)))
	}
	return s, nil
}

// cells takes the text apart, without empty lines.
func cells(text string, t words.Reader) (rows [][]string, numbers []int, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = separator(text), -1, true, true
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, numbers, nil
		case err != nil:
			return nil, nil, fault.New(fault.Invalid, t.T("bulk.unreadable")).Because("read a list of people", err)
		}
		for i := range row {
			row[i] = oneLine(row[i])
		}
		if number, _ := r.FieldPos(0); strings.Join(row, "") != "" {
			rows, numbers = append(rows, row), append(numbers, number)
		}
	}
}

// oneLine is a cell without breaks and other characters that no name has.
func oneLine(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, cell)
	return strings.Join(strings.Fields(cell), " ")
}

// separator is what the first line holds most of.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		if n := strings.Count(first, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// places are the columns by what they hold; -1 for none.
type places struct{ name, address, role int }

// titles name a column, in the languages of those who keep such lists.
var (
	nameTitles    = []string{"name", "full name", "person", "contact"}
	addressTitles = []string{"address", "mail address", "email address", "e-mail address", "mail", "email", "e-mail"}
	roleTitles    = []string{"role"}
)

// columnsOf finds the columns by their titles, or by what stands in them, and
// where the people begin.
func columnsOf(rows [][]string) (at places, first int) {
	at = places{-1, -1, -1}
	if len(rows) == 0 {
		return at, 0
	}
	head := rows[0]
	if !slices.ContainsFunc(head, func(cell string) bool { return strings.Contains(cell, "@") }) {
		for i, cell := range head {
			switch cell = strings.ToLower(cell); {
			case slices.Contains(addressTitles, cell):
				at.address = i
			case slices.Contains(nameTitles, cell):
				at.name = i
			case slices.Contains(roleTitles, cell):
				at.role = i
			}
		}
		return at, 1
	}
	for i, cell := range head {
		switch {
		case at.address < 0 && strings.Contains(cell, "@"):
			at.address = i
		case at.role < 0 && roleOf(cell) != "":
			at.role = i
		case at.name < 0:
			at.name = i
		}
	}
	return at, 0
}

func (at places) line(number int, row []string, usual access.Role, t words.Reader) line {
	cell := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return row[i]
	}
	l := line{Number: number, Invitee: access.Invitee{Email: strings.ToLower(cell(at.address)), Name: cell(at.name), Role: usual}}
	said := cell(at.role)
	switch r := roleOf(said); {
	case r != "":
		l.Role = r
	case said != "":
		l.Remark = t.T("bulk.role", clipped(said))
	}
	switch {
	case formula(l.Name) || formula(l.Email) || formula(said):
		l.Problem = t.T("bulk.formula")
	case l.Email == "":
		l.Problem = t.T("bulk.empty")
	case !isAddress(l.Email):
		l.Problem = t.T("bulk.address", l.Email)
	case len(l.Name) > 200:
		l.Problem = t.T("bulk.name")
	}
	return l
}

func isAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= 254
}

// clipped is the beginning of what stands where a role should.
func clipped(said string) string {
	if letters := []rune(said); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return said
}

// roleOf is the role that a cell names; "" for none.
func roleOf(cell string) access.Role {
	r := access.Role(strings.ToLower(cell))
	if access.IsMemberRole(r) {
		return r
	}
	return ""
}

// formula reports whether a spreadsheet would calculate the cell: somebody meant
// something else than a name.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@|%", rune(cell[0]))
}

// specials are the characters of Windows-1252 where Latin-1 has none that can be
// seen (WHATWG, Encoding Standard, index windows-1252).
var specials = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// latin reads bytes as Windows-1252, which spreadsheets write; Latin-1 is part of it.
func latin(data []byte) string {
	var out strings.Builder
	for _, b := range data {
		switch {
		case b >= 0x80 && b < 0xa0:
			out.WriteRune(specials[b-0x80])
		default:
			out.WriteRune(rune(b))
		}
	}
	return out.String()
}
