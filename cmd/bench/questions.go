package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/approval"
)

// ticketsPerQuestion is how many requests there are for each approval; one of
// questionsPerOpen is still to be decided.
const (
	ticketsPerQuestion = 50
	questionsPerOpen   = 4
)

// questionTables are what an approval is made of, with the columns that a copy has
// of its own, and the others.
var questionTables = []struct{ table, own, same string }{
	{
		"approvals", "account_id, id, ref, key, state",
		"asker_id, asker, title, version, roles, sign_in, due_at, remind_at, ticket_id, number, subject, decision, created_at, changed_at",
	},
	{"approval_people", "account_id, approval_id", "user_id, name, email"},
	{"approval_versions", "account_id, approval_id", "number, key, at, author, title, words, file, note, digest"},
}

// ask has somebody on the staff ask one account for an approval, and copies that to
// all accounts.
func (p *product) ask(ctx context.Context, staff access.User, rows int) error {
	scope := grant.Staff(grant.User{ID: staff.ID, Name: staff.Name, Email: staff.Email}, staff.Staff, nil)
	model, err := p.store.Account().AskApproval(ctx, scope, approval.Draft{Account: p.accounts[0].ID, Title: "Two more licences", Text: "They cost 12 € a month.",
		People: []approval.Person{{User: p.member.ID, Name: p.member.Name, Email: p.member.Email}}, Due: time.Now().Add(72 * time.Hour), Key: "model"})
	if err != nil {
		return err
	}
	db, err := p.beside()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	each := max(1, rows/len(p.accounts)/ticketsPerQuestion)
	for i := range each * len(p.accounts) {
		state := approval.Withdrawn
		if i/len(p.accounts)%questionsPerOpen == 0 {
			state = approval.Open
		}
		id := approval.NewID()
		for _, t := range questionTables {
			values := fmt.Sprintf("'%s', '%s'", p.accounts[i%len(p.accounts)].ID, id)
			key := "approval_id"
			if t.table == "approvals" {
				values, key = values+fmt.Sprintf(", '%s', '%s', '%s'", approval.NewRef(), id, state), "id"
			}
			copied := []string{"INSERT INTO", t.table, "(" + t.own + ", " + t.same + ") SELECT", values + ", " + t.same, "FROM", t.table, "WHERE", key, "= '" + model.ID.String() + "'"}
			if _, err := tx.ExecContext(ctx, strings.Join(copied, " ")); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
