package projects_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/projects"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// account is one account's projects and documents in memory.
type account struct {
	id      record.AccountID
	details []record.Detail
}

func (a *account) add(external string, connection record.ConnectionID, b record.Body, state record.State) record.ID {
	d := record.Detail{Body: b, Row: record.Row{Account: a.id, ID: record.NewID(), Kind: b.Kind(), Facets: b.Facets(), State: state, Label: "In progress",
		Stamp: record.Stamp{System: "Planner", Connection: connection, External: external, ReadAt: now, Limit: time.Hour}}}
	a.details = append(a.details, d)
	return d.ID
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}}, nil
}

func (a *account) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	var p record.Whole
	for _, d := range a.details {
		if d.Kind == q.Kind && (q.Open == nil || d.State.Open() == *q.Open) && q.Search == "" {
			p.Details = append(p.Details, d)
		}
	}
	return p, nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, d := range a.details {
		if d.ID == id && d.Kind == kind {
			return d, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func (a *account) show(t *testing.T, pick func(*projects.Pages) handler, path, id string) htmlcheck.Page {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.SetPathValue("id", id)
	if err := pick(projects.New(projects.Options{Records: a, Frame: frame}))(w, r, grant.Member(grant.User{ID: "u1", Name: "Ines"}, a.id, access.Owner)); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func list(p *projects.Pages) handler { return p.List }
func one(p *projects.Pages) handler  { return p.Show }

func TestAProjectWithItsDocuments(t *testing.T) {
	t.Parallel()
	a, here, there := &account{id: record.NewAccountID()}, record.NewConnectionID(), record.NewConnectionID()
	id := a.add("p1", here, record.Project{Name: "Move <b>", Text: "One\n\nTwo", Done: "59.6", Due: now.AddDate(0, 0, -3).Truncate(24 * time.Hour)}, record.StateOpen).String()
	a.add("d1", here, record.Document{Name: "plan.pdf", Project: "p1"}, record.StateUnmapped)
	a.add("d2", here, record.Document{Name: "other.pdf", Project: "p2"}, record.StateUnmapped)
	a.add("d3", there, record.Document{Name: "stranger.pdf", Project: "p1"}, record.StateUnmapped)
	p := a.show(t, one, "/a/x/projects/"+id, id)
	p.WantText("h1", "Move <b>").WantText(".po-use", "60% done").WantText(".po-status[data-tone=attn]", "Was to be done by 16 Nov 2026").Want(".po-prose p", 2)
	if got := p.Text("#project .po-list"); got != "plan.pdf" {
		t.Errorf("documents: %s", got)
	}
}

func TestTheListPartsWhatGoesOnFromWhatIsDone(t *testing.T) {
	t.Parallel()
	a, c := &account{id: record.NewAccountID()}, record.NewConnectionID()
	a.add("p1", c, record.Project{Name: "Move", Done: "400"}, record.StateOpen)
	a.add("p2", c, record.Project{Name: "Mail", Done: "100", Due: now.AddDate(0, -3, 0)}, record.StateResolved)
	a.show(t, list, "/a/x/projects", "").Want(".po-grid > li", 1).WantText(".po-grid h2", "Move").Want("progress", 0)
	a.show(t, list, "/a/x/projects?show=done", "").WantText(".po-grid h2", "Mail").Want("progress", 1).Want(".po-status[data-tone=attn]", 0)
	a.show(t, list, "/a/x/projects?q=zzz", "").WantText(".po-empty", "Nothing fits that")
}
