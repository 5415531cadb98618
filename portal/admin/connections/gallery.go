package connections

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/remote"
)

// Shelf is the connectors that administrators have added themselves, as this
// process knows them.
type Shelf struct {
	Folder string
	Runs   map[string]Homemade // by the id of the connector
	Broken []Broken
	// Orphans are connections, by connector, whose file is gone.
	Orphans map[string][]string
}

// Homemade is where a connector of one's own is from.
type Homemade struct{ File, Hash string }

// Broken is a file that cannot be used as it is.
type Broken struct {
	File string // "" is the folder itself
	Says []string
	Runs string // the hash of the version that goes on, or ""
}

// Owning tells of the administrator's own connectors.
type Owning interface {
	Shelf(ctx context.Context) (Shelf, error)
}

// galleryView is everything that the gallery shows.
type galleryView struct {
	Chrome     *ui.Chrome
	Search     string
	Category   string
	Categories []string
	Systems    []remote.Spec
	Shelf      Shelf
}

// Gallery serves the systems that can be connected: GET /admin/connections/new.
func (p *Pages) Gallery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	shelf, err := p.o.Own.Shelf(r.Context())
	if err != nil {
		return err
	}
	c.Title = c.T("connections.add")
	q := r.URL.Query()
	v := galleryView{Chrome: c, Search: strings.TrimSpace(q.Get("q")), Category: q.Get("category"), Shelf: shelf}
	for _, spec := range p.o.Add.Systems() {
		if spec.Category != "" && !slices.Contains(v.Categories, spec.Category) {
			v.Categories = append(v.Categories, spec.Category)
		}
		if v.Category != "" && v.Category != spec.Category {
			continue
		}
		if fits(v.Search, spec.Name, spec.Category, spec.Description) {
			v.Systems = append(v.Systems, spec)
		}
	}
	slices.Sort(v.Categories)
	slices.SortStableFunc(v.Systems, func(a, b remote.Spec) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return ui.Show(w, r, http.StatusOK, galleryPage(v))
}

// categoryOptions offers every category, and all of them first.
func categoryOptions(v galleryView) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.Chrome.T("connections.gallery.category.all")}}
	for _, name := range v.Categories {
		out = append(out, ui.Option{Value: name, Label: parts.Sentence(name)})
	}
	return out
}

// orphaned are the connectors whose files are gone, sorted.
func orphaned(s Shelf) []string {
	var out []string
	for id := range s.Orphans {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// fits reports whether every word of a search stands in one of the texts.
func fits(search string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
