package ui_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"net/http"
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

func TestNoColourIsRefusedAndEveryOneCanBeRead(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"teal", "#fff", "#12345g", "", "0d5a63", "#0d5a63;}body{"} {
		if _, err := ui.BrandOf(wrong); err == nil {
			t.Errorf("%q is taken for a colour", wrong)
		}
	}
	for r := 0; r < 256; r += 17 {
		for g := 0; g < 256; g += 17 {
			for b := 0; b < 256; b += 51 {
				brand, err := ui.BrandOf(fmt.Sprintf("#%02x%02x%02x", r, g, b))
				if err != nil {
					t.Fatal(err)
				}
				if light, dark := brand.OnLight(), brand.OnDark(); light.Ratio < 4.5 || dark.Ratio < 4.5 || light.Ratio < light.Given && light.Given < 4.5 {
					t.Errorf("%s: %+v %+v", brand.Colour(), light, dark)
				}
			}
		}
	}
}

func TestAReadableColourIsWornAsItIs(t *testing.T) {
	t.Parallel()
	deep, _ := ui.BrandOf("#0d5a63")
	if s := deep.OnLight(); !s.Same() || s.Used != "#0d5a63" {
		t.Errorf("%+v", s)
	}
	pale, _ := ui.BrandOf("#FFD400")
	if s := pale.OnLight(); s.Same() || s.Given > 2 || s.Used == "#ffd400" {
		t.Errorf("%+v", s)
	}
	if s := pale.OnDark(); !s.Same() {
		t.Errorf("%+v", s)
	}
	if css := pale.CSS(":root"); !strings.Contains(css, "--po-mark:light-dark(#ffd400,#ffd400)") || !strings.HasPrefix(css, ":root{--po-brand:light-dark(") {
		t.Errorf("%s", css)
	}
	white, _ := ui.BrandOf("#ffffff")
	if css := white.CSS(":root"); strings.Contains(css, "--po-mark:light-dark(#ffffff") {
		t.Errorf("a white mark on a white page: %s", css)
	}
}

func TestWhatALookIsMadeOfIsServed(t *testing.T) {
	t.Parallel()
	look := ui.NewLook(ui.Provider{Name: "<b>"}, ui.DefaultBrand, []byte("png"))
	looks := ui.Looks(func(context.Context) ui.Look { return look })
	get := func(h http.Handler, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	if w := get(looks.Sheet(), "/brand.css"); w.Header().Get("Content-Type") != "text/css; charset=utf-8" || w.Header().Get("ETag") == "" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%v", w.Header())
	}
	if w := get(looks.Icon(), "/brand.svg"); strings.Contains(w.Body.String(), "<b>") || !strings.Contains(w.Body.String(), ">B<") {
		t.Errorf("%s", w.Body)
	}
	if w := get(looks.Logo(), look.Provider.Logo); w.Body.String() != "png" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	look = ui.NewLook(ui.Provider{Name: "B", Logo: "javascript:alert(1)"}, ui.DefaultBrand, nil)
	if w := get(looks.Logo(), "/brand.png"); w.Code != http.StatusNotFound || look.Provider.Logo != "" {
		t.Errorf("%d %q", w.Code, look.Provider.Logo)
	}
}
