package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/portal/ui/words"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

func chrome() *ui.Chrome {
	return &ui.Chrome{
		Reader: words.NewReader("en", "", time.UTC, now), Provider: ui.Provider{Name: "Halden IT"},
		Account: record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind Logistik"},
		User:    ui.User{ID: "u1", Name: "Ines Albrecht", Email: "ines@nordwind.example"},
		Home:    "/a/x/", Search: "/a/x/tickets", SignOut: "/signout", Switch: "/accounts", Nonce: "n0nce", Title: "Somewhere",
		Nav: []ui.NavItem{{Label: "Home", Href: "/a/x/", Icon: ui.IconHome, Current: true}, {Label: "Requests", Href: "/a/x/tickets", Icon: ui.IconTickets, Count: "9+"}},
	}
}

func source(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func draw(t *testing.T, c templ.Component) htmlcheck.Page {
	t.Helper()
	return htmlcheck.Read(t, source(t, c))
}

func layout(t *testing.T, c *ui.Chrome, inside string) htmlcheck.Page {
	t.Helper()
	return htmlcheck.Read(t, source(t, templ.Join(frame{c, inside})))
}

func TestLayoutSaysWhereYouAre(t *testing.T) {
	t.Parallel()
	c := chrome()
	c.Preview, c.Flash = true, ui.Flash{Tone: ui.Bad, Text: "Not saved."}
	p := layout(t, c, "Somewhere")
	p.WantText("title", "Somewhere · Halden IT").Want(`.po-side [aria-current="page"]`, 1).Want(`.po-bottom [aria-current="page"]`, 1)
	p.WantText(".po-preview", "what Nordwind Logistik would see").WantText(".po-toast", "Not saved.").WantText(".po-nav small", "9+")
	p.Want(`script[nonce="n0nce"][src]`, 1).Want(`form[method="post"][action="/signout"]`, 2).Want(`link[href="/brand.css"]`, 1)
	p.Want("html[data-bs-theme]", 0)
	c.Theme = "dark"
	layout(t, c, "x").Want(`html[data-bs-theme="dark"]`, 1)
	c.Theme = `"><script>`
	layout(t, c, "x").Want("html[data-bs-theme]", 0)
}

func TestNamesCannotBreakThePage(t *testing.T) {
	t.Parallel()
	c := chrome()
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	c.Provider.Name, c.Account.Name, c.User.Name, c.User.Email, c.Title = evil, evil, evil, evil, evil
	c.Provider.Logo = "javascript:alert(1)"
	c.Nav[0].Label = evil
	p := layout(t, c, evil)
	p.Want("script", 1).Want(`img:not(.po-logo)`, 0)
}

func TestFaultIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	mine, theirs := chrome(), chrome()
	theirs.User, theirs.Nonce, theirs.Account, theirs.Nav = ui.User{Name: "Somebody else"}, "other", record.AccountInfo{}, nil
	view := ui.NewFault(mine.Reader, 404, "", 0, "")
	a, b := source(t, ui.Fault(mine, view)), source(t, ui.Fault(theirs, view))
	if a != b {
		t.Error("the page of a missing thing tells who asks")
	}
	htmlcheck.Read(t, a).Want("script", 0).Want("nav", 0).WantText("h1", "This page is not here")
}

func TestFaultsSayWhatToDo(t *testing.T) {
	t.Parallel()
	c := chrome()
	for _, status := range []int{400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 502, 503} {
		f := ui.NewFault(c.Reader, status, "", 0, "")
		if f.Title == "" || len(f.Text) < 20 || strings.HasPrefix(f.Title, "fault.") {
			t.Errorf("%d: %+v", status, f)
		}
		draw(t, ui.Fault(c, f)).WantText("h1", f.Title)
	}
	if got := ui.NewFault(c.Reader, 599, "", 0, "7f").Title; got != "Something broke on our side" {
		t.Errorf("an unknown status says %q", got)
	}
	if got := ui.NewFault(c.Reader, 429, "", 15*time.Minute, "").Text; !strings.Contains(got, "15 min") {
		t.Errorf("429 says %q", got)
	}
	draw(t, ui.Fault(c, ui.NewFault(c.Reader, 413, "One file may have at most 25 MB.", 0, "req-7"))).WantText("main", "at most 25 MB").WantText("main", "req-7")
}
