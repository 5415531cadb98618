package connections_test

import (
	"fmt"
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
