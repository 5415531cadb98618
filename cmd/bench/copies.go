package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"portico/sync/record"
)

// ticketColumns are those of a ticket's row; what differs from copy to copy is
// an expression.
var ticketColumns = []string{"account_id", "id", "connection_id", "kind", "external_id", "parent_id", "version", "url", "number", "title", "person",
	"requester", "status_raw", "state", "label", "explanation", "turn", "turn_since", "due_at", "sort_at", "created_at", "updated_at", "reread_at", "search", "body"}

// copied says how a copy differs, by column: it has an id, a number and a date
// of its own. %d is the number of the copy.
var copiedSQLite = map[string]string{
	"id":          "printf('%%08x', %[1]d) || substr(id, 9)",
	"external_id": "external_id + 10000000 * %[1]d",
	"number":      "number + 10000000 * %[1]d",
	"search":      "number + 10000000 * %[1]d || substr(search, instr(search, char(10)))",
	"sort_at":     "printf('%%04d', 2025 - %[1]d %% 20) || substr(sort_at, 5)",
}

var copiedPostgres = map[string]string{
	"id":          "(lpad(to_hex(%[1]d), 8, '0') || substr(id::text, 9))::uuid",
	"external_id": "external_id::bigint + 10000000 * %[1]d::bigint",
	"number":      "number::bigint + 10000000 * %[1]d::bigint",
	"search":      "number::bigint + 10000000 * %[1]d::bigint || substr(search, strpos(search, chr(10)))",
	"sort_at":     "sort_at + make_interval(years => 2025 - %[1]d %% 20 - extract(year FROM sort_at)::int)",
}

// multiply copies the tickets that were pulled, so that there are so many times
// as many, and deals the copies out to so many accounts.
func (p *product) multiply(ctx context.Context, accounts, times int) error {
	db, err := p.beside()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1) // what is temporary belongs to the connection
	prepare, finish, copied := "PRAGMA synchronous = OFF", "PRAGMA wal_checkpoint(TRUNCATE)", copiedSQLite
	if p.home.on != nil {
		prepare, finish, copied = "SET synchronous_commit = off", "VACUUM ANALYZE records", copiedPostgres
	}
	if _, err := db.ExecContext(ctx, prepare); err != nil {
		return err
	}
	if err := p.copyAccounts(ctx, db, accounts); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "CREATE TEMPORARY TABLE seed AS SELECT * FROM records WHERE kind = 'ticket'"); err != nil {
		return err
	}
	for i := 1; i < times; i++ {
		if _, err := db.ExecContext(ctx, p.copyStatement(copied, i)); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE seed"); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, finish)
	return err
}

// copyAccounts makes accounts after the model of the first, with its member and
// its match, until there are so many.
func (p *product) copyAccounts(ctx context.Context, db *sql.DB, accounts int) error {
	model := p.accounts[0].ID
	for i := len(p.accounts); i < accounts; i++ {
		info := record.AccountInfo{ID: record.NewAccountID(), Name: fmt.Sprintf("Client %04d", i), Launch: record.LaunchInvited}
		for _, statement := range []string{
			"INSERT INTO accounts (id, name, launch, created_at) SELECT '%[1]s', '%[2]s', launch, created_at FROM accounts WHERE id = '%[3]s'",
			"INSERT INTO memberships (account_id, user_id, role) SELECT '%[1]s', user_id, role FROM memberships WHERE account_id = '%[3]s'",
			`INSERT INTO companies (connection_id, key, name, account_id, matched_by, matched_at, seen_at)
				SELECT connection_id, '%[2]s GmbH', '%[2]s GmbH', '%[1]s', matched_by, matched_at, seen_at FROM companies WHERE account_id = '%[3]s'`,
		} {
			if _, err := db.ExecContext(ctx, fmt.Sprintf(statement, info.ID, info.Name, model)); err != nil { // #nosec G201 -- our own
				return err
			}
		}
		p.accounts = append(p.accounts, info)
	}
	return nil
}

// copyStatement writes one copy of the seed, in the order of its first index.
func (p *product) copyStatement(copied map[string]string, i int) string {
	values := make([]string, len(ticketColumns))
	for n, column := range ticketColumns {
		values[n] = column
		if expression, ok := copied[column]; ok {
			values[n] = fmt.Sprintf(expression, i)
		}
	}
	values[0] = p.dealt(i)
	return "INSERT INTO records (" + strings.Join(ticketColumns, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM seed ORDER BY 1, sort_at" // #nosec G202 -- our own
}

// dealt is the account that a copy of an account's ticket belongs to: those that
// the source feeds come first, and each further round of copies goes to the next
// as many.
func (p *product) dealt(i int) string {
	offset := i * companies % len(p.accounts)
	if offset == 0 {
		return "account_id"
	}
	cast := ""
	if p.home.on != nil {
		cast = "::uuid"
	}
	var to strings.Builder
	to.WriteString("CASE account_id")
	for n := range companies {
		fmt.Fprintf(&to, " WHEN '%s' THEN '%s'%s", p.accounts[n].ID, p.accounts[(n+offset)%len(p.accounts)].ID, cast)
	}
	to.WriteString(" END")
	return to.String()
}
