package staff_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/staff"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
)

type accounts []record.AccountInfo

func (a accounts) Accounts(context.Context, access.Scope) ([]record.AccountInfo, error) {
	return a, nil
}

func show(t *testing.T, a accounts, path string) htmlcheck.Page {
	t.Helper()
	return showHeld(t, a, path, nil)
}

func showHeld(t *testing.T, a accounts, path string, held func(context.Context) string) htmlcheck.Page {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Zone: time.UTC})
	w := httptest.NewRecorder()
	s := grant.Staff(grant.User{ID: "s", Name: "Marek Dvořák"}, access.Manager, nil)
	if err := staff.New(staff.Options{Accounts: a, Frame: frame, Held: held}).List(w, httptest.NewRequest(http.MethodGet, path, nil), s); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func TestAccountsSayWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	parent := record.NewAccountID()
	a := accounts{
		{ID: record.NewAccountID(), Name: "Zeta <b>", Launch: record.LaunchHidden},
		{ID: parent, Name: "Nordwind", Launch: record.LaunchInvited},
		{ID: record.NewAccountID(), Name: "bremen", Launch: record.LaunchPreview, Parent: parent},
	}
	p := show(t, a, "/staff")
	p.Want("tbody tr", 3).WantText(".po-lead", "3 client companies.").WantText("tbody tr:nth-child(1)", "bremen Branch of Nordwind").WantText("tbody tr:nth-child(1) [data-tone=live]", "Staff preview")
	p.WantText("tbody tr:nth-child(2) [data-tone=good]", "Open to its members").WantText("tbody tr:nth-child(3)", "Zeta <b>").Want("tbody tr:nth-child(3) a", 1)
	p.Want(`tbody a[href="/staff/accounts/`+parent.String()+`"]`, 1).WantText(".po-who", "Staff of Halden IT")
	show(t, a, "/staff?q=NORD+brem").Want("tbody tr", 1)
	show(t, a, "/staff?q=zzz").WantText(".po-empty", "No account is called that")
	show(t, nil, "/staff").WantText(".po-empty", "No accounts yet").Want("form[role=search]", 0)
}

func TestManyAccountsComePageByPage(t *testing.T) {
	t.Parallel()
	var a accounts
	for i := range 120 {
		a = append(a, record.AccountInfo{ID: record.NewAccountID(), Name: fmt.Sprintf("Client %03d", i), Launch: record.LaunchInvited})
	}
	for path, want := range map[string]struct {
		rows         int
		text, first  string
		back, onward int
	}{
		"/staff":                   {50, "1–50 of 120", "Client 000", 0, 1},
		"/staff?page=2":            {20, "101–120 of 120", "Client 100", 1, 0},
		"/staff?page=7":            {20, "101–120 of 120", "Client 100", 1, 0}, // it was there a minute ago
		"/staff?q=client+0&page=1": {50, "51–100 of 111", "Client 050", 1, 1},
	} {
		p := show(t, a, path)
		p.Want("tbody tr", want.rows).WantText(".po-pager", want.text).WantText("tbody tr:nth-child(1)", want.first)
		p.Want(`.po-pager a[rel="next"]`, want.onward).Want(`.po-pager a:not([rel])`, want.back)
	}
	show(t, a, "/staff?q=client+0&page=1").Want(`.po-pager a[href="/staff?page=2&q=client+0"]`, 1)
}

func TestStaffReadThatNothingLeaves(t *testing.T) {
	t.Parallel()
	why := ""
	held := func(context.Context) string { return why }
	showHeld(t, nil, "/staff", held).Want(".po-note", 0)
	why = "restored from a <backup>"
	showHeld(t, nil, "/staff", held).WantText(".po-note", "This copy is held (restored from a <backup>).").WantText(".po-note", "portico release")
}
