package app

import (
	"context"
	"strings"

	"portico/cmd/internal/demo"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// furnishQuestions asks what the practice asks its clients, and answers what they
// have answered, each as the person who does it in the story.
func (a *App) furnishQuestions(ctx context.Context, s *store.Store) error {
	infos, err := s.Staff().Accounts(ctx, grant.Staff(grant.User{ID: "demo"}, access.Admin, nil))
	if err != nil {
		return err
	}
	for _, q := range demo.Questions {
		for _, info := range infos {
			if info.Name != q.Account {
				continue
			}
			if err := a.furnishQuestion(ctx, s, info.ID, q); err != nil {
				return fault.At("ask "+q.Title, err)
			}
		}
	}
	return nil
}

func (a *App) furnishQuestion(ctx context.Context, s *store.Store, account record.AccountID, q demo.Question) error {
	asker, err := demoUser(ctx, s, q.Asker)
	if err != nil {
		return err
	}
	staff := grant.StaffIn(asker, access.Admin, account)
	now := a.now()
	d := approval.Draft{Account: account, Title: q.Title, Text: q.Text, Roles: q.Roles, Due: q.DueAt(now), Key: "demo " + q.Title}
	page, err := s.Account().List(ctx, staff, account, record.Query{Kind: record.KindTicket, Search: q.About})
	if err != nil {
		return err
	}
	if len(page.Rows) > 0 {
		d.Ticket = page.Rows[0].ID
	}
	if !d.Due.IsZero() {
		d.Remind = d.Due.AddDate(0, 0, -1)
	}
	people, err := s.System().Deciders(ctx, account)
	if err != nil {
		return err
	}
	for _, p := range people {
		for _, mail := range q.People {
			if p.Email == mail {
				d.People = append(d.People, p)
			}
		}
	}
	if q.File != "" {
		var f action.File
		if f, err = a.files.Keep(ctx, q.Name, strings.NewReader(q.File)); err != nil {
			return err
		}
		d.File = &f
	}
	asked, err := s.Account().AskApproval(ctx, staff, d)
	if err != nil || q.Answer == "" {
		return err
	}
	by, err := demoUser(ctx, s, q.By)
	if err != nil {
		return err
	}
	_, err = s.Account().DecideApproval(ctx, grant.Member(by, account, access.Owner), approval.Answer{Account: account, ID: asked.ID, Version: asked.Version,
		State: q.Answer, Reason: q.Reason, Key: "demo " + q.Title})
	return err
}

func demoUser(ctx context.Context, s *store.Store, mail string) (grant.User, error) {
	u, _, err := s.System().UserByEmail(ctx, mail)
	return grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, err
}
