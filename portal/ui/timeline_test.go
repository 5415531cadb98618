package ui_test

import (
	"strings"
	"testing"
	"time"

	"portico/portal/ui"
	"portico/sync/record"
)

func entries() []record.Entry {
	us, them := true, false
	at := func(min int) time.Time { return now.Add(time.Duration(min-60) * time.Minute) }
	list := []record.Entry{
		{At: at(0), Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Name: "Jonas Weber"}, Staff: &them, Text: "Please help."}},
		{At: at(1), Stamp: stamp(), Comment: record.Comment{Type: record.CommentEvent, Field: "status", Old: "open", New: "stalled"}},
		{At: at(2), Stamp: stamp(), Comment: record.Comment{Type: record.CommentEvent, Field: "asset", New: "7"}, Linked: record.NewID(), LinkedTitle: "Router <b>"},
		{At: at(3), Stamp: stamp(), Comment: record.Comment{Type: record.CommentEvent, Text: "Merged into #9"}},
		{At: at(4), Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Email: "marek@halden.example"}, Staff: &us, Text: "Done?"}},
		{At: at(5), Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Name: "Portal"}, Staff: &us, ActionRef: "PRT-1", Text: "Yes."},
			Files: []record.File{{ID: record.NewID(), Name: "a<b>.pdf", Size: 14_200}, {ID: record.NewID(), Name: "b.pdf"}}},
		{At: at(6), Comment: record.Comment{Type: record.CommentMessage, Text: "?"}},
	}
	for i := range list {
		list[i].ID = record.NewID()
	}
	return list
}

func TestTimelineTellsWhoSpoke(t *testing.T) {
	t.Parallel()
	c := chrome()
	line := ui.NewTimeline(c, entries(), []ui.Author{{Ref: "PRT-1", Name: "Ines Albrecht"}}, "/a/x/files/", false)
	p := draw(t, ui.History(c, line))
	p.Want(".po-tl > li", 7).Want(".is-event", 3).Want(".po-ava.is-us", 1)
	p.WantText("li:nth-child(1)", "Jonas Weber Nordwind Logistik").WantText("li:nth-child(2)", "Status in Request Tracker: open → stalled")
	p.WantText("li:nth-child(3)", "Linked to Router <b>").Want(`li:nth-child(3) a[href*="/assets/"]`, 1).WantText("li:nth-child(4)", "Merged into #9")
	p.WantText("li:nth-child(5)", "marek@halden.example Halden IT").WantText("li:nth-child(6)", "Ines Albrecht Nordwind Logistik").WantText("li:nth-child(6)", "written in the portal")
	p.WantText("li:nth-child(7)", "Somebody").Want("a.po-file[download]", 2).WantText("a.po-file", "a<b>.pdf 14 kB")
}

func TestNewestFirstTurnsItRound(t *testing.T) {
	t.Parallel()
	c := chrome()
	p := draw(t, ui.History(c, ui.NewTimeline(c, entries(), nil, "", true)))
	p.WantText("li:nth-child(7)", "Jonas Weber").WantText("li:nth-child(2) .po-by", "Portal")
}

func TestAvatarsOfAllKindsOfNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Ines Albrecht": "IA", "Jean-Luc van den Berg": "JB", "öykü çelik": "ÖÇ", "ليلى حداد": "لح", "ines.albrecht@x.example": "IA",
		"李小龍": "李", "": "?", "🙂": "?", strings.Repeat("x", 5000): "X",
	} {
		draw(t, ui.Avatar(name, false)).WantText(`.po-ava[aria-hidden="true"]`, want)
	}
}
