package ui_test

import (
	"encoding/csv"
	"errors"
	"iter"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/portal/ui"
)

func TestFieldsNameTheirMistakes(t *testing.T) {
	t.Parallel()
	c := chrome()
	f := ui.Field{ID: "subject", Name: "subject", Label: "Subject", Value: `"><b>`, Hint: "Short.", Error: "This is needed.", Max: 200, Required: true, Auto: "off"}
	p := draw(t, ui.TextField(c, f))
	p.Want(`input[aria-invalid="true"][aria-describedby="subject-hint subject-error"][required][data-limit="200"]`, 1).WantText("#subject-error", "This is needed.").WantText("#subject-count", "Up to 200 characters.")
	if got := p.Find("input").AttrOr("value", ""); got != f.Value {
		t.Errorf("value %q", got)
	}
	draw(t, ui.TextArea(c, f, 3)).WantText("textarea", `"><b>`)
	f.Error, f.Hint, f.Max = "", "", 0
	draw(t, ui.TextField(c, f)).Want("[aria-describedby], [aria-invalid]", 0)
	f.Value = "b"
	draw(t, ui.Choice(c, f, []ui.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}})).Want(`option[selected][value="b"]`, 1)
	draw(t, ui.Tick("mine", "mine", "Only mine", true)).Want("input[checked]", 1)
	draw(t, ui.Files(c, ui.FilesField{ID: "files", Name: "files", Label: "Attach files", Error: "Too large.", Count: 10, Size: 25 << 20, SizeText: "25 MB"})).
		WantText("#files-hint", "Up to 10 files, 25 MB each.").Want(`input[multiple][data-max="26214400"]`, 1).WantText("#files-error", "Too large.")
	draw(t, ui.Problems("Please correct what is marked.")).Want("[role=alert]", 1)
	draw(t, ui.CopyField(c, "key", "Key", "secret", true)).Want(`input[type="password"][readonly]`, 1).Want("button[hidden][data-copy=key]", 1)
}

func TestListsLeadOnAndHelp(t *testing.T) {
	t.Parallel()
	c := chrome()
	draw(t, ui.Pages(c, ui.Pager{Text: "50 requests", First: "/f", Next: "/n?after=x"})).Want(`a[href="/f"]`, 1).Want(`a[rel="next"][href="/n?after=x"]`, 1)
	draw(t, ui.Pages(c, ui.Pager{Text: "3 requests"})).Want("a", 0)
	draw(t, ui.Tabs("Which", []ui.Tab{{Label: "Open", Href: "/o", Current: true}, {Label: "All", Href: "/a"}})).Want(`a[aria-current="page"]`, 1)
	draw(t, ui.Empty(ui.IconInbox, "Nothing", "Ask for something.")).WantText("h2", "Nothing")
	draw(t, ui.Hidden("Requests are not shown to you.")).WantText("[data-part=hidden]", "not shown")
	draw(t, ui.Note(ui.IconInfo, "Title", "Text")).WantText("h2", "Title")
	draw(t, ui.Table("Things", []ui.Column{{Label: "A"}, {Label: "B", End: true}})).Want(`th[scope="col"]`, 2).WantText("caption", "Things")
}

func rows(cells [][]string, last error) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, c := range cells {
			if !yield(c, nil) {
				return
			}
		}
		if last != nil {
			yield(nil, last)
		}
	}
}

func TestCSVCellsAreNeverFormulas(t *testing.T) {
	t.Parallel()
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "\ufeff=cmd|' /C calc'!A0", "=1\x00", "|x", "%0A", "＝1"}
	w := httptest.NewRecorder()
	if err := ui.WriteCSV(w, `re"quests.csv`, []string{"A"}, rows([][]string{evil, {"plain", "a,b\n\"c\"", "Zażółć"}}, nil)); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	body, marked := strings.CutPrefix(w.Body.String(), "\ufeff")
	if !marked {
		t.Error("spreadsheets need the mark to read UTF-8")
	}
	reader := csv.NewReader(strings.NewReader(body))
	reader.FieldsPerRecord = -1
	got, err := reader.ReadAll()
	if err != nil || len(got) != 3 {
		t.Fatalf("%v %v", got, err)
	}
	for i, cell := range got[1] {
		if !strings.HasPrefix(cell, "'") {
			t.Errorf("%q became %q", evil[i], cell)
		}
	}
	if got[2][0] != "plain" || got[2][1] != "a,b\n\"c\"" || got[2][2] != "Zażółć" {
		t.Errorf("%q", got[2])
	}
}

func TestCSVBeginsOnlyWhenThereIsSomething(t *testing.T) {
	t.Parallel()
	w, broken := httptest.NewRecorder(), errors.New("no answer")
	if err := ui.WriteCSV(w, "x.csv", []string{"A"}, rows(nil, broken)); !errors.Is(err, broken) || w.Body.Len() > 0 {
		t.Errorf("%v, %d bytes sent", err, w.Body.Len())
	}
	w = httptest.NewRecorder()
	if err := ui.WriteCSV(w, "x.csv", []string{"A"}, rows(nil, nil)); err != nil || !strings.Contains(w.Body.String(), "A") {
		t.Errorf("%v %q", err, w.Body)
	}
}

func TestBrandMustBeReadable(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"#0d5a63", "#7cc9d1", ""}, {"#7cc9d1", "#7cc9d1", "too pale"}, {"#0d5a63", "#0d5a63", "too dark"},
		{"teal", "#7cc9d1", "not a colour"}, {"#fff", "#7cc9d1", "not a colour"}, {"#0d5a63", "#12345g", "not a colour"},
	} {
		b, err := ui.NewBrand(c[0], c[1])
		if (err == nil) != (c[2] == "") || err != nil && !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%v: %v", c, err)
		}
		if err == nil && !strings.Contains(b.CSS(), "--po-brand:light-dark(#0d5a63,#7cc9d1)") {
			t.Errorf("%s", b.CSS())
		}
	}
	w := httptest.NewRecorder()
	ui.DefaultBrand.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/brand.css", nil))
	if w.Header().Get("Content-Type") != "text/css; charset=utf-8" || w.Header().Get("ETag") == "" {
		t.Errorf("%v", w.Header())
	}
	if icon := ui.DefaultBrand.Icon(ui.Provider{Name: "<b>"}); strings.Contains(icon, "<b>") || !strings.Contains(icon, ">B<") {
		t.Errorf("%s", icon)
	}
}
