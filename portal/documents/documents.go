// Package documents is the pages of files that are shared with a client: folders,
// what is in them, and the bytes, which come from the source when somebody asks.
package documents

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
}

// Opener brings the bytes of a document that the asker may see; size is -1 when it
// is not known. The caller closes the reader.
type Opener interface {
	OpenAttachment(ctx context.Context, s access.Scope, document record.Detail) (content io.ReadCloser, size int64, err error)
}

// Actions is what the pages ask for and report on.
type Actions interface {
	Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error)
	// ActionsOn lists, for no target, what makes something new.
	ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Records Records
	Files   Opener
	Uploads form.Keeper
	Actions Actions
	// Able reports whether the system behind a connection takes such an action.
	Able  func(ctx context.Context, c record.ConnectionID, k action.Kind) bool
	Frame ui.Framer
}

// Pages serves the documents of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

var errBody = errors.New("the record is of another kind than it says")

// mostPages is how many pages of the list are read for one page of folders: two
// thousand documents. Beyond that they are found by search.
const mostPages = 10

// filter is what the address of the list says.
type filter struct {
	Folder string `form:"in" validate:"max=1000"`
	Search string `form:"q" validate:"max=200"`
}

func (f filter) address(path string) string {
	v := url.Values{}
	for key, value := range map[string]string{"in": f.Folder, "q": f.Search} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// document is a file as the list says it.
type document struct {
	Detail record.Detail
	Body   record.Document
	Href   string
}

// folder is one folder in another.
type folder struct {
	Name, Href string
	Count      int // documents in it and below
}

// listView is everything that a folder shows.
type listView struct {
	Chrome    *ui.Chrome
	Filter    filter
	Trail     []folder // from the top to this one
	Folders   []folder
	Documents []document
	More      bool // there are more documents than were read
	Down      []ui.Down
	Stamp     record.Stamp
	Fresh     []record.Freshness
	Progress  []ui.Progress
	Upload    uploadView
}

// List serves one folder, or what a search finds: GET /a/{account}/documents.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	v, err := p.list(r, s, f)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

func (p *Pages) list(r *http.Request, s access.Scope, f filter) (listView, error) {
	f.Folder = clean(f.Folder)
	c, err := p.o.Frame(r, s)
	if err != nil {
		return listView{}, err
	}
	v := listView{Chrome: c, Filter: f}
	all, err := p.read(r, s, &v)
	if err != nil {
		return v, err
	}
	c.Title = c.T("documents.title")
	v.sort(all)
	return v, p.uploads(r, s, &v)
}

// read collects the documents that are to be sorted into folders.
func (p *Pages) read(r *http.Request, s access.Scope, v *listView) ([]document, error) {
	var out []document
	q := record.Query{Kind: record.KindDocument, Search: v.Filter.Search, Sort: record.SortTitle, Limit: 200}
	for range mostPages {
		page, err := p.o.Records.Whole(r.Context(), s, s.Account(), q)
		if err != nil {
			return nil, err
		}
		fresh := ui.Feeding(page.Fresh, record.KindDocument)
		v.Down, v.Stamp, v.Fresh = ui.DownOf(fresh), ui.StampOf(fresh), fresh
		for _, d := range page.Details {
			body, ok := d.Body.(record.Document)
			if !ok {
				return nil, fault.New(fault.Internal, "").Because("read document", errBody)
			}
			body.Folder = clean(body.Folder)
			out = append(out, document{Detail: d, Body: body, Href: listPath(d.Account) + "/" + d.ID.String()})
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
	v.More = true
	return out, nil
}

// sort puts documents into the folder that is shown, and those below into folders
// of it. A search shows what it found, wherever that is.
func (v *listView) sort(all []document) {
	path := listPath(v.Chrome.Account.ID)
	if v.Filter.Search != "" {
		v.Documents = all
		return
	}
	counts := map[string]int{}
	for _, d := range all {
		below, in := within(d.Body.Folder, v.Filter.Folder)
		switch {
		case !in:
		case below == "":
			v.Documents = append(v.Documents, d)
		default:
			name, _, _ := strings.Cut(below, "/")
			counts[name]++
		}
	}
	for name, n := range counts {
		v.Folders = append(v.Folders, folder{name, filter{Folder: clean(v.Filter.Folder + "/" + name)}.address(path), n})
	}
	slices.SortFunc(v.Folders, func(a, b folder) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	if v.Filter.Folder == "" {
		return
	}
	so := ""
	for name := range strings.SplitSeq(v.Filter.Folder, "/") {
		so = clean(so + "/" + name)
		v.Trail = append(v.Trail, folder{Name: name, Href: filter{Folder: so}.address(path)})
	}
}

// within returns what is left of a folder below another, and whether it is in it.
func within(folder, of string) (below string, in bool) {
	if of == "" || folder == of {
		return strings.TrimPrefix(folder, of), true
	}
	return strings.CutPrefix(folder, of+"/")
}

// clean writes a folder without empty names and without slashes around it.
func clean(folder string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(folder, "/"), func(name string) bool { return strings.TrimSpace(name) == "" }), "/")
}

// File serves the bytes of one document: GET /a/{account}/documents/{id}.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindDocument, id)
	if err != nil {
		return err
	}
	body, ok := d.Body.(record.Document)
	if !ok {
		return fault.New(fault.Internal, "").Because("read document", errBody)
	}
	content, size, err := p.o.Files.OpenAttachment(r.Context(), s, d)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // read to its end or given up: nothing to save
	return ui.Download(w, r, body.Name, content, size)
}

func listPath(a record.AccountID) string { return ui.AccountPath(a) + "documents" }
