package ui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

type accounts struct {
	launch  record.Launch
	waiting int
	fed     []record.Kind
}

func (a accounts) Standing(_ context.Context, s access.Scope, id record.AccountID, most int) (record.Standing, error) {
	is := record.Standing{Account: record.AccountInfo{ID: id, Name: "Nordwind", Launch: a.launch}, Fed: a.fed}
	if s.Sees(record.KindTicket) {
		is.Requests = min(a.waiting, most)
	}
	return is, nil
}

func framed(t *testing.T, a accounts, path string, s access.Scope) *ui.Chrome {
	t.Helper()
	framer := ui.NewFramer(ui.FrameOptions{
		Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now },
		Locale: func(*http.Request) (string, string) { return "en-GB", "Europe/Berlin" }, SignOut: "/signout", Switch: "/accounts",
	})
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "portico_theme", Value: "dark"})
	c, err := framer(r.WithContext(templ.WithNonce(t.Context(), "n1")), s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func labels(c *ui.Chrome) (all string, current string) {
	for _, item := range c.Nav {
		all += item.Label + item.Count + " "
		if item.Current {
			current += item.Label
		}
	}
	return all, current
}

func TestFrameShowsWhatTheRoleSees(t *testing.T) {
	t.Parallel()
	id := record.NewAccountID()
	base, user := ui.AccountPath(id), grant.User{ID: "u", Email: "ines@x.example"}
	for _, c := range []struct {
		name    string
		s       access.Scope
		waiting int
		path    string
		all     string
		current string
	}{
		{"owner", grant.Member(user, id, access.Owner), 3, base, "Home Requests3 Assets ", "Home"},
		{"owner with many", grant.Member(user, id, access.Owner), 99, base + "tickets", "Home Requests9+ Assets ", "Requests"},
		{"inside requests", grant.Member(user, id, access.Owner), 0, base + "tickets/1", "Home Requests Assets ", "Requests"},
		{"progress", grant.Member(user, id, access.Owner), 0, base + "actions/1", "Home Requests Assets ", "Requests"},
		{"finance", grant.Member(user, id, access.Finance), 3, base, "Home ", "Home"},
		{"staff in an account", grant.StaffIn(user, access.Manager, id), 1, base + "assets", "Home Requests1 Assets Account ", "Assets"},
		{"staff", grant.Staff(user, access.Manager, nil), 1, "/staff", "Queue Accounts ", "Accounts"},
		{"staff at the queue", grant.Staff(user, access.Queue, nil), 1, "/staff/queue/nudge", "Queue Accounts ", "Queue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := framed(t, accounts{record.LaunchInvited, c.waiting, []record.Kind{record.KindTicket, record.KindAsset}}, c.path, c.s)
			if all, current := labels(got); all != c.all || current != c.current {
				t.Errorf("%q, current %q", all, current)
			}
			if got.Nonce != "n1" || got.Theme != "dark" || got.Lang != "en-GB" || got.User.Name != "ines@x.example" {
				t.Errorf("%+v", got)
			}
			if hidden := got.Search == ""; hidden != (c.name == "finance" || c.name == "staff" || c.name == "staff at the queue") {
				t.Errorf("search goes to %q", got.Search)
			}
		})
	}
}

// TestNobodyIsLedToWhatNothingFeeds: a firm without accounting sees no empty page.
func TestNobodyIsLedToWhatNothingFeeds(t *testing.T) {
	t.Parallel()
	id := record.NewAccountID()
	for role, want := range map[access.Role]string{
		access.Owner: "Home Requests Invoices Calendar ", access.Finance: "Home Invoices Calendar ", access.Accountant: "Home Invoices Calendar ", access.Contributor: "Home Requests ", access.Approver: "Home ",
	} {
		a := accounts{record.LaunchInvited, 0, []record.Kind{record.KindInvoice, record.KindPayment}}
		if all, current := labels(framed(t, a, ui.AccountPath(id)+"invoices/1", grant.Member(grant.User{ID: "u"}, id, role))); all != want || (current == "Invoices") != strings.Contains(want, "Invoices") {
			t.Errorf("%s: %q, current %q", role, all, current)
		}
	}
}

func TestFramePreviewAndNobody(t *testing.T) {
	t.Parallel()
	id := record.NewAccountID()
	user := grant.User{ID: "u", Name: "Marek"}
	if c := framed(t, accounts{launch: record.LaunchPreview}, ui.AccountPath(id), grant.StaffIn(user, access.Manager, id)); !c.Preview {
		t.Error("staff are not told that clients cannot see this yet")
	}
	if c := framed(t, accounts{launch: record.LaunchInvited}, ui.AccountPath(id), grant.StaffIn(user, access.Manager, id)); c.Preview {
		t.Error("an open account is called a preview")
	}
	_, err := ui.NewFramer(ui.FrameOptions{})(httptest.NewRequest("GET", "/", nil), access.Scope{})
	if !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a zero scope gives %v", err)
	}
}
