package ui_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/portal/ui"
	"portico/sync/record"
)

func stamp() record.Stamp {
	return record.Stamp{System: "Request Tracker", External: "48213", Raw: "stalled", ReadAt: now.Add(-2 * time.Minute), Limit: 15 * time.Minute, URL: "https://rt.example/48213"}
}

func TestStampSaysSourceAndAge(t *testing.T) {
	t.Parallel()
	c, s := chrome(), stamp()
	p := draw(t, ui.Fresh(c, s))
	p.WantText("summary", "Request Tracker, read 2 min ago").Want(".is-stale", 0).WantText("dl", "48213").WantText("dl", "stalled").WantText("dl", "19 Nov 2026, 09:04:00 UTC")
	p.Want("dl a", 0).Want("time[data-ago][datetime][title]", 1)
	s.ReadAt = now.Add(-56 * time.Minute)
	draw(t, ui.Fresh(c, s)).Want(".po-fresh.is-stale", 1).WantText("summary", "read 56 min ago, limit 15 min")
	s.ReadAt = time.Time{}
	draw(t, ui.Fresh(c, s)).Want(".po-fresh.is-stale", 1).WantText("summary", "not read yet")
	c.Staff, s.Down = true, "No answer within 10 s."
	draw(t, ui.Fresh(c, s)).Want(`dl a[rel="noopener noreferrer"]`, 1).WantText("dl", "No answer within 10 s.")
}

func TestTurnIsToldAsOfThen(t *testing.T) {
	t.Parallel()
	c := chrome()
	row := record.Row{Turn: record.TurnClient, TurnSince: now.Add(-48 * time.Hour), Stamp: stamp()}
	draw(t, ui.Turn(c, row)).WantText(`.po-turn[data-turn="client"]`, "Waiting for you since 17 Nov")
	row.Turn, row.TurnSince = record.TurnProvider, now.Add(-time.Minute)
	draw(t, ui.Turn(c, row)).WantText(".po-turn", "With Halden IT since 09:05")
	row.Turn = record.TurnThird
	draw(t, ui.TurnWord(c, row)).WantText(".po-turn", "With a third party since 09:05")
	row.Turn, row.Label = record.TurnNobody, "Solved"
	draw(t, ui.Turn(c, row)).WantText(".po-turn", "Solved")
	row.Stamp.Down, row.Stamp.ReadAt = "gone", now.Add(-56*time.Minute)
	for turn, want := range map[record.Turn]string{
		record.TurnClient: "At 08:10 it was waiting for you", record.TurnProvider: "At 08:10 it was with Halden IT", record.TurnThird: "At 08:10 it was with a third party",
	} {
		row.Turn = turn
		draw(t, ui.Turn(c, row)).WantText(".po-turn.is-stale", want)
	}
}

func TestDownBannerNamesEachSourceOnce(t *testing.T) {
	t.Parallel()
	rt, erp := record.NewConnectionID(), record.NewConnectionID()
	fresh := []record.Freshness{
		{Connection: rt, System: "Request Tracker", Kinds: []record.Kind{record.KindTicket}, Down: "x", DownSince: now.Add(-54 * time.Minute), ReadAt: now.Add(-56 * time.Minute), Limit: time.Hour},
		{Connection: rt, System: "Request Tracker", Kinds: []record.Kind{record.KindAsset}, Down: "x", DownSince: now.Add(-54 * time.Minute), ReadAt: now.Add(-90 * time.Minute), Limit: time.Hour},
		{Connection: erp, System: "Books", Kinds: []record.Kind{record.KindAsset}, ReadAt: now, Limit: time.Hour},
	}
	down := ui.DownOf(fresh)
	if len(down) != 1 || !down[0].ReadAt.Equal(now.Add(-90*time.Minute)) {
		t.Fatalf("%+v", down)
	}
	draw(t, ui.DownBanner(chrome(), down)).WantText("[data-part=down]", "Request Tracker has not answered since 08:12. You see the state of 07:36.").WantText("[data-part=down]", "You can still write")
	draw(t, ui.DownBanner(chrome(), nil)).Want("[data-part=down]", 0)
	draw(t, ui.DownBanner(chrome(), []ui.Down{{System: "Books"}})).WantText("[data-part=down]", "Books does not answer.")
	if got := ui.StampOf(ui.Feeding(fresh, record.KindAsset)); got.System != "Request Tracker" {
		t.Errorf("the list is stamped by %q, not by what is furthest behind", got.System)
	}
	if got := ui.StampOf(ui.Feeding(fresh, record.KindContact)); got.System != "" {
		t.Errorf("nothing feeds contacts, but the stamp says %q", got.System)
	}
}

func TestStaleNoticeShowsTheDifference(t *testing.T) {
	t.Parallel()
	p := draw(t, ui.Stale(chrome(), []ui.Diff{{What: "Status", Was: "Open", Now: "Solved"}, {What: "Handled by", Was: "Marek", Now: "Marek"}}))
	p.Want("[role=alert]", 1).WantText("del", "Open").WantText("ins", "Solved").WantText("tbody tr:last-child", "unchanged").WantText("p", "Nothing has been done yet")
}

// Every icon that the program names is in the list that the sprite is built from,
// and nothing is built that nobody names.
func TestIconsAreInTheSprite(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("assets/src/icons.json")
	if err != nil {
		t.Fatal(err)
	}
	var built []string
	if err := json.Unmarshal(data, &built); err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "icon.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				name, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				named = append(named, name)
			}
		}
		return true
	})
	slices.Sort(built)
	slices.Sort(named)
	if !slices.Equal(built, named) {
		t.Errorf("built %v\nnamed %v", built, named)
	}
}
