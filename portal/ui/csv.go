package ui

import (
	"encoding/csv"
	"iter"
	"mime"
	"net/http"
	"strings"

	"portico/sync/fault"
)

// WriteCSV sends rows as a download (RFC 4180, UTF-8 with a mark, which
// spreadsheets need to read it right). A cell that a spreadsheet would take for a
// formula is made text. An error of rows ends it; what was sent cannot be unsent.
func WriteCSV(w http.ResponseWriter, name string, head []string, rows iter.Seq2[[]string, error]) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	out := csv.NewWriter(w)
	out.UseCRLF = true
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		if _, err := w.Write([]byte("\ufeff")); err != nil {
			return err
		}
		return out.Write(head)
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := begin(); err != nil {
			return fault.Wrap(fault.Internal, "send CSV", err)
		}
		for i := range row {
			row[i] = Plain(row[i])
		}
		if err := out.Write(row); err != nil {
			return fault.Wrap(fault.Internal, "send CSV", err)
		}
	}
	if err := begin(); err != nil {
		return fault.Wrap(fault.Internal, "send CSV", err)
	}
	out.Flush()
	return fault.Wrap(fault.Internal, "send CSV", out.Error())
}

// Plain makes a cell text where a spreadsheet would calculate it (OWASP, CSV
// injection: = + - @ tab CR, also behind spaces; a NUL ends some readers' cells).
func Plain(cell string) string {
	cell = strings.ReplaceAll(cell, "\x00", "")
	rest := strings.TrimLeft(cell, " \u00a0\ufeff")
	if rest != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(rest)[0]) {
		return "'" + cell
	}
	return cell
}
