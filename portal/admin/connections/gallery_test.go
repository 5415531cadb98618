package connections_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"portico/portal/admin/connections"
	"portico/sync/remote"
)

func TestTheGalleryIsFilteredByKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 24 {
		w.systems = append(w.systems, remote.Spec{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("System %d", i), Category: []string{"help desk", "accounting"}[i%2], Color: "#0f5c63"})
	}
	w.get(w.pages.Gallery, "", "").Want(".po-grid > li", 25).Want("select[name=category] option", 3).Want("svg.po-tile rect[fill='#0f5c63']", 24)
	w.get(w.pages.Gallery, "", "category=accounting").Want(".po-grid > li", 12).Want("option[value=accounting][selected]", 1)
	w.get(w.pages.Gallery, "", "category=accounting&q=system+11").Want(".po-grid > li", 1).WantText(".po-grid h2", "System 11")
}

func TestTheGallerySaysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelf = connections.Shelf{Folder: "/etc/portico/connectors", Runs: map[string]connections.Homemade{"desk": {File: "desk/manifest.yaml", Hash: "ab12cd34ef56"}},
		Broken: []connections.Broken{
			{File: "desk.yaml", Says: []string{"desk.yaml:12:3: evry: unknown key <b>", "desk.yaml:14:1: items: missing"}, Runs: "ab12cd34ef56"},
			{File: "new.yaml", Says: []string{"new.yaml:1:1: the file is empty"}},
		},
		Orphans: map[string][]string{"stockroom": {"Our stock", "Their stock"}}}
	w.get(w.pages.Gallery, "", "").Want("[data-part=broken]", 2).Want("[data-part=broken] li", 3).
		WantText("[data-part=broken]", "desk.yaml:12:3: evry: unknown key <b>").WantText("[data-part=broken]", "The version before (ab12cd34ef56) goes on meanwhile").
		WantText("[data-part=broken]", "Nothing of it is used").
		WantText("[data-part=gone]", "Our stock, Their stock goes on").
		WantText("[data-part=own]", "Own desk/manifest.yaml ab12cd34ef56").WantText("main", "are read from /etc/portico/connectors")
}

// Every type of setting is asked for as it wants, and comes back as it was answered.
func TestEveryTypeOfSettingIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.systems = []remote.Spec{{ID: "all", Name: "All", Fields: []remote.Field{
		{Name: "site", Label: "Site", Type: remote.ChoiceField, Choices: []string{"eu", "us"}, Required: true},
		{Name: "plan", Label: "Plan", Type: remote.ChoiceField, Choices: []string{"small", "large"}, Default: "large"},
		{Name: "days", Label: "Days", Type: remote.NumberField, Default: "30"},
		{Name: "archived", Label: "Archived ones", Help: "Read what is archived, too.", Type: remote.BoolField, Default: "true"},
		{Name: "closed", Label: "Closed ones", Type: remote.BoolField},
	}}}
	w.get(w.pages.Form, "all", "").Want("select[name=field-site] option", 3).Want("select[name=field-site] option[value='']", 1).
		Want("select[name=field-plan] option", 2).Want("select[name=field-plan] option[value=large][selected]", 1).
		Want("input[name=field-days][value='30']", 1).Want("input[name=field-archived][checked]", 1).WantText("main", "Read what is archived, too.").
		Want("input[name=field-closed][checked]", 0)
	page, _ := w.post(w.pages.Check, "all", http.StatusUnprocessableEntity, url.Values{"name": {"All"}, "field-site": {"us"}, "field-plan": {"small"}, "field-days": {"7"}, "field-closed": {"1"}})
	if got := w.tries[0].Settings; got["archived"] != "false" || got["closed"] != "true" || got["site"] != "us" || got["days"] != "7" {
		t.Errorf("%v", got)
	}
	page.Want("input[name=field-archived][checked]", 0).Want("input[name=field-closed][checked]", 1)
}
