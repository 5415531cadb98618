package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"

	"portico/cmd/internal/demo"
	"portico/portal/signin"
	"portico/portal/tour"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// showing is what the demo adds to a Portico. It is the story of the tour.
type showing struct {
	app    *App
	store  *store.Store
	desk   *helpDesk
	people []signin.DemoPerson
	anew   func()
}

// signers are the people of the demo; none outside it.
func (s *showing) signers() []signin.DemoPerson {
	if s == nil {
		return nil
	}
	return s.people
}

// tour is the demo's own corner; nil outside it.
func (s *showing) tour(frame ui.FrameOptions) (*tour.Pages, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // a Portico with a client's data has no tour
	}
	o := tour.Options{Story: s, Mails: os.DirFS(filepath.Join(s.app.cfg.Data, "mails")), BaseURL: strings.TrimSuffix(s.app.cfg.URL(), "/"), Frame: frame.Plain}
	for _, mail := range demo.Cast {
		for _, p := range s.people {
			if p.Email == mail {
				o.People = append(o.People, tour.Person{Token: p.Token, Email: p.Email, Name: p.Name})
			}
		}
	}
	return tour.New(o)
}

// Reset implements tour.Story.
func (s *showing) Reset() { s.anew() }

// HelpDesk implements tour.Story.
func (s *showing) HelpDesk(run bool) { s.desk.run(run) }

// Mistake implements tour.Story.
func (s *showing) Mistake(ctx context.Context) error {
	_, err := s.app.Match(ctx, demo.System, demo.Stranger, demo.Misled)
	return err
}

// Standing implements tour.Story.
func (s *showing) Standing(ctx context.Context) (tour.Standing, error) {
	out := tour.Standing{HelpDesk: !s.desk.down.Load(), Stranger: tour.Thread{Title: demo.Stranger}}
	sys := s.store.System()
	v, err := sys.Vitals(ctx)
	if err != nil {
		return out, err
	}
	for _, n := range v.Actions {
		out.Waiting += int(n)
	}
	client, err := accountNamed(ctx, sys, demo.Accounts[0].Name)
	if err != nil {
		return out, err
	}
	out.Client = ui.AccountPath(client.ID)
	if err := s.threads(ctx, client.ID, &out); err != nil {
		return out, err
	}
	return out, s.stranger(ctx, sys, &out)
}

// threads finds what the client is asked and what it replies to.
func (s *showing) threads(ctx context.Context, client record.AccountID, out *tour.Standing) error {
	who, err := demoUser(ctx, s.store, demo.Cast[len(demo.Cast)-1])
	if err != nil {
		return err
	}
	scope := grant.StaffIn(who, access.Admin, client)
	list, err := s.store.Account().Approvals(ctx, scope, client, approval.Query{})
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Title == demo.Asked {
			out.Question = tour.Thread{Title: a.Title, Href: out.Client + "approvals/" + a.ID.String(), Settled: a.State != approval.Open}
		}
	}
	page, err := s.store.Account().List(ctx, scope, client, record.Query{Kind: record.KindTicket, Search: demo.Replied})
	if err != nil {
		return err
	}
	for _, r := range page.Rows {
		out.Request = tour.Thread{Title: r.Title, Href: out.Client + "tickets/" + r.ID.String()}
	}
	return nil
}

// stranger finds whom the company without a client was given to.
func (s *showing) stranger(ctx context.Context, sys *store.System, out *tour.Standing) error {
	c, err := sys.ConnectionNamed(ctx, demo.System)
	if err != nil {
		return err
	}
	out.Companies = "/admin/connections/" + c.ID.String() + "/companies"
	companies, err := sys.Companies(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, company := range companies {
		if company.Key == demo.Stranger && !company.Account.ID.IsZero() {
			out.Wrong = tour.Thread{Title: company.Account.Name, Href: ui.AccountPath(company.Account.ID) + "tickets"}
		}
	}
	return nil
}

// Prove implements tour.Story.
func (s *showing) Prove(ctx context.Context) (tour.Proof, error) {
	var export bytes.Buffer
	if err := s.app.AuditExport(ctx, &export); err != nil {
		return tour.Proof{}, err
	}
	key, err := s.app.AuditKey(ctx)
	if err != nil {
		return tour.Proof{}, err
	}
	report, good := audit.Verify(bytes.NewReader(export.Bytes()), key)
	out := tour.Proof{Entries: int(report.Leaves), Good: good}
	if err := spoil(export.Bytes()); err != nil {
		return out, err
	}
	if _, err := audit.Verify(&export, key); err != nil {
		out.Changed = err.Error()
	}
	return out, nil
}

// spoil changes one letter of what an entry of an export says.
func spoil(export []byte) error {
	entry := []byte(`what\":\"`) // a leaf is a text inside a line
	found := bytes.LastIndex(export[:len(export)/2], entry)
	if found < 0 {
		return fault.New(fault.NotFound, "There is no entry to change yet.")
	}
	export[found+len(entry)] ^= 1
	return nil
}
