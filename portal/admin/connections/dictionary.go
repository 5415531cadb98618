package connections

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// format names the file of a dictionary and the version of its shape.
const format = "portico dictionary 1"

// Most that a file of a dictionary may hold.
const (
	mostFile = 256 << 10 // bytes
	mostRows = 2000
)

// dictionaryFile is a dictionary as a file. It holds what statuses mean and nothing of
// how a system is reached.
type dictionaryFile struct {
	Format    string           `json:"format"`
	Connector string           `json:"connector"`
	Name      string           `json:"name"`
	Statuses  []dictionaryLine `json:"statuses"`
}

type dictionaryLine struct {
	Kind        record.Kind  `json:"kind"`
	Raw         string       `json:"raw"`
	State       record.State `json:"state"`
	Label       string       `json:"label"`
	Explanation string       `json:"explanation"`
	Turn        record.Turn  `json:"turn"`
}

// wordsChange is one row that a file would change.
type wordsChange struct{ Was, Is record.Meaning }

// importView is everything that the look at a file shows.
type importView struct {
	Chrome  *ui.Chrome
	Detail  Detail
	File    string // as it was brought
	From    string // the connection that it was made from
	Seen    string // what the dictionary was like
	Changes []wordsChange
	Same    int
	Unknown []dictionaryLine // which this system has not shown
	Missing []record.Meaning // which the file does not tell of
	Problem string
}

// WordsFile serves GET /admin/connections/{id}/statuses/file.
func (p *Pages) WordsFile(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	rows, _, err := p.o.Words.Statuses(r.Context(), d.ID)
	if err != nil {
		return err
	}
	out := dictionaryFile{Format: format, Connector: d.Connector, Name: d.Name, Statuses: []dictionaryLine{}}
	for _, m := range rows {
		if m.State != record.StateUnmapped {
			out.Statuses = append(out.Statuses, dictionaryLine{m.Kind, m.Raw, m.State, m.Label, m.Explanation, m.Turn})
		}
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fault.Wrap(fault.Internal, "encode dictionary", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="dictionary-`+d.Connector+`.json"`)
	_, err = w.Write(append(data, '\n'))
	return err
}

// importInput is what the forms of an import post.
type importInput struct {
	Text string `form:"text,body" validate:"max=262144"`
	Seen string `form:"seen" validate:"max=64"`
}

// WordsLook serves POST /admin/connections/{id}/statuses/import: what a file would
// change. Nothing is saved.
func (p *Pages) WordsLook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in importInput
	var brought paper
	_, bad := form.DecodeFiles(w, r, &in, "file", &brought)
	v, err := p.statusesView(r, s)
	if err != nil {
		return err
	}
	if err = bad; err == nil {
		if len(brought) > 0 {
			in.Text = string(brought)
		}
		var file dictionaryFile
		if file, err = readDictionary(in.Text, v.Detail); err == nil {
			return ui.Show(w, r, http.StatusOK, importPage(compare(v, file, in.Text)))
		}
	}
	if !parts.Correctable(err) {
		return err
	}
	v.FileProblem = fault.Public(err)
	for _, said := range fault.Fields(err) {
		v.FileProblem = said
	}
	return ui.Show(w, r, parts.Status(err), statusesPage(v))
}

// WordsTake serves POST /admin/connections/{id}/statuses/take: the changes that were
// looked at.
func (p *Pages) WordsTake(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in importInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	v, err := p.statusesView(r, s)
	if err != nil {
		return err
	}
	file, err := readDictionary(in.Text, v.Detail)
	if err != nil {
		return err
	}
	plan := compare(v, file, in.Text)
	if plan.Seen != in.Seen {
		plan.Problem = v.Chrome.T("dictionary.moved")
		return ui.Show(w, r, http.StatusConflict, importPage(plan))
	}
	for _, one := range plan.Changes {
		if err := p.o.Words.SaveStatus(r.Context(), s, v.Detail.ID, one.Was, one.Is); err != nil {
			return err
		}
	}
	return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/statuses", "dictionary")
}

// readDictionary reads a file for a connection; what is wrong with it is said in words.
func readDictionary(text string, d Detail) (dictionaryFile, error) {
	var file dictionaryFile
	wrong := func(format string, args ...any) (dictionaryFile, error) {
		return dictionaryFile{}, fault.Newf(fault.Invalid, format, args...)
	}
	if strings.TrimSpace(text) == "" {
		return wrong("Choose a file, or paste what stands in one.")
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix([]byte(text), []byte("\xef\xbb\xbf"))))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil || file.Format != format || dec.More() {
		return wrong("This is no dictionary of Portico. It is made by “Download the dictionary” on this page of another connection.")
	}
	if file.Connector != d.Connector {
		return wrong("This dictionary is of another kind of system (%q); this connection is of %q.", file.Connector, d.Connector)
	}
	if len(file.Statuses) > mostRows {
		return wrong("A dictionary has at most %d statuses.", mostRows)
	}
	for i, line := range file.Statuses {
		switch {
		case line.Raw == "" || len([]rune(line.Raw)) > 120:
			return wrong("Status %d has no value, or one of more than 120 characters.", i+1)
		case line.Label == "" || len([]rune(line.Label)) > 60 || len([]rune(line.Explanation)) > 300:
			return wrong("What clients read of %q is missing, or too long: at most 60 characters, and 300 for the explanation.", line.Raw)
		case !known(line):
			return wrong("%q means something that there is not: state %q, turn %q.", line.Raw, line.State, line.Turn)
		}
	}
	return file, nil
}

// known reports whether a line says what the form of a status could say.
func known(line dictionaryLine) bool {
	switch line.State {
	case record.StateNew, record.StateOpen, record.StateWaiting, record.StateResolved, record.StateClosed, record.StateCancelled:
	default:
		return false
	}
	switch line.Turn {
	case record.TurnClient, record.TurnProvider, record.TurnThird, record.TurnNobody:
		return true
	default:
		return false
	}
}

// compare holds a file against the dictionary as it is.
func compare(v statusesView, file dictionaryFile, text string) importView {
	v.Chrome.Title = v.Chrome.T("dictionary.look")
	out := importView{Chrome: v.Chrome, Detail: v.Detail, File: text, From: file.Name}
	told := map[record.Meaning]bool{}
	sum := sha256.New()
	for _, row := range v.Rows {
		sum.Write([]byte(seenAs(row.Meaning)))
	}
	out.Seen = hex.EncodeToString(sum.Sum(nil)[:12])
	for _, line := range file.Statuses {
		key := record.Meaning{Kind: line.Kind, Raw: line.Raw}
		row, ok := rowOf(v.Rows, line.Kind, line.Raw)
		is := record.Meaning{Kind: line.Kind, Raw: line.Raw, State: line.State, Label: line.Label, Explanation: line.Explanation, Turn: line.Turn}
		was := row.Meaning
		was.Guessed = false
		switch {
		case told[key]:
			continue
		case !ok:
			out.Unknown = append(out.Unknown, line)
		case was == is && !row.Guessed:
			out.Same++
		default:
			out.Changes = append(out.Changes, wordsChange{row.Meaning, is})
		}
		told[key] = true
	}
	for _, row := range v.Rows {
		if !told[record.Meaning{Kind: row.Kind, Raw: row.Raw}] {
			out.Missing = append(out.Missing, row.Meaning)
		}
	}
	return out
}

// meaningWords are a row in one line.
func meaningWords(c *ui.Chrome, m record.Meaning) string {
	if m.State == record.StateUnmapped {
		return c.T("connections.statuses.unmapped")
	}
	return m.Label + " · " + parts.State(c, m.State) + " · " + parts.Turn(c, m.Turn)
}

func importColumns(c *ui.Chrome, d Detail) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.raw", d.Name)}, {Label: c.T("dictionary.now")}, {Label: c.T("dictionary.file")}}
}

// unknownWords lists statuses that the system has not shown.
func unknownWords(list []dictionaryLine) string {
	var out []string
	for _, line := range list {
		out = append(out, line.Raw)
	}
	return strings.Join(out, ", ")
}

func missingWords(list []record.Meaning) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Raw)
	}
	return strings.Join(out, ", ")
}

// paper keeps an uploaded file in memory for the length of a request.
type paper []byte

// Keep implements form.Keeper.
func (p *paper) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostFile+1))
	if err == nil && len(data) > mostFile {
		err = fault.Newf(fault.TooLarge, "A dictionary has at most %s.", form.Bytes(mostFile))
	}
	*p = data
	return action.File{Name: name}, err
}

// Drop implements form.Keeper.
func (p *paper) Drop(context.Context, string) error {
	*p = nil
	return nil
}
