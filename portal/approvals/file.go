package approvals

import (
	"context"
	"encoding/csv"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
)

// File serves the exact bytes of a version: GET /a/{account}/approvals/{approval}/files/{version}.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	f, err := p.fileOf(r, s)
	if err != nil {
		return err
	}
	return p.send(w, r, f)
}

// Picture serves a picture of a version drawn anew: GET …/files/{version}/picture.
func (p *Pages) Picture(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	f, err := p.fileOf(r, s)
	if err != nil {
		return err
	}
	return p.draw(w, r, f)
}

func (p *Pages) fileOf(r *http.Request, s access.Scope) (action.File, error) {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return action.File{}, err
	}
	n, err := strconv.Atoi(r.PathValue("version"))
	if err != nil {
		return action.File{}, notHere()
	}
	return fileNumbered(a, n)
}

func fileNumbered(a approval.Approval, n int) (action.File, error) {
	v, ok := a.Numbered(n)
	if !ok || v.File == nil {
		return action.File{}, notHere()
	}
	return *v.File, nil
}

// send hands out a file to be saved, never to be shown: a browser that shows it
// all the same runs nothing in it.
func (p *Pages) send(w http.ResponseWriter, r *http.Request, f action.File) error {
	content, err := p.o.Files.Open(r.Context(), f.ID)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // read to its end or given up: nothing to save
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = io.Copy(w, content)
	return fault.Wrap(fault.Unavailable, "send file", err)
}

// preview is as much of a file as a page shows itself.
type preview struct {
	Text    string     // the beginning of a text
	Rows    [][]string // the same, when it is a table
	Cut     bool       // it goes on
	Picture string     // address of a picture of it, or ""
	drawn   bool
}

// maxShown is how many bytes of a text a page shows.
const maxShown = 20_000

// preview reads the beginning of a text. Of anything that cannot be shown safely
// the page names what it is, and hands it out.
func (p *Pages) preview(ctx context.Context, f *action.File) preview {
	if f == nil {
		return preview{}
	}
	if drawable(*f) {
		return preview{drawn: true}
	}
	if !strings.HasPrefix(f.ContentType, "text/plain") && !strings.HasPrefix(f.ContentType, "text/csv") {
		return preview{}
	}
	content, err := p.o.Files.Open(ctx, f.ID)
	if err != nil {
		return preview{} // the page says all else; saving the file tells what is wrong
	}
	defer func() { _ = content.Close() }()
	text, err := io.ReadAll(io.LimitReader(content, maxShown))
	if err != nil || f.Size > maxShown && len(text) == 0 {
		return preview{}
	}
	for len(text) > 0 && !utf8.Valid(text) && f.Size > maxShown && len(text) > maxShown-utf8.UTFMax { // cut within a character
		text = text[:len(text)-1]
	}
	if !utf8.Valid(text) {
		return preview{}
	}
	out := preview{Text: string(text), Cut: f.Size > maxShown}
	if strings.HasPrefix(f.ContentType, "text/csv") {
		out.tabulate()
	}
	return out
}

// Limits of a table that a page shows.
const (
	maxRows    = 200
	maxColumns = 12
)

// tabulate makes rows of a text that is a table; of one that is not it stays text.
func (v *preview) tabulate() {
	text := v.Text
	if i := strings.LastIndexByte(text, '\n'); v.Cut && i > 0 { // the last row may be half
		text = text[:i]
	}
	r := csv.NewReader(strings.NewReader(text))
	head, _, _ := strings.Cut(text, "\n")
	for _, comma := range []rune{'\t', ';'} {
		if strings.Count(head, string(comma)) > strings.Count(head, ",") {
			r.Comma = comma
		}
	}
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 || len(rows[0]) < 2 || len(rows[0]) > maxColumns {
		return
	}
	if len(rows) > maxRows {
		rows, v.Cut = rows[:maxRows], true
	}
	v.Rows = rows
}

// number reports whether a cell stands right-aligned.
func number(cell string) bool {
	return cell != "" && strings.Trim(cell, "0123456789.,-+ €$£%") == ""
}

func (v preview) picture(file string) string {
	if !v.drawn {
		return ""
	}
	return file + "/picture"
}
