package store

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// idsAtOnce is how many records one statement of a split names.
const idsAtOnce = 500

// Split takes companies, with everything of theirs, out of an account into another
// one, which is made when it has no id. Like Merge it is one transaction. It returns
// the account that they are in.
func (y *System) Split(ctx context.Context, s run.Split) (record.AccountInfo, error) {
	if len(s.Companies) == 0 {
		return s.Into, fault.New(fault.Invalid, "Say which companies leave.")
	}
	made := s.Into.ID.IsZero()
	if made && strings.TrimSpace(s.Into.Name) == "" {
		return s.Into, fault.New(fault.Invalid, "Say what the new account is called, or choose one.")
	}
	if s.Into.ID == s.From {
		return s.Into, fault.New(fault.Invalid, "These are the same account.")
	}
	var into record.AccountInfo
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		r, err := y.relocate(ctx, tx, s.From, s.Into.ID)
		if err != nil {
			return err
		}
		if made {
			if err := r.newAccount(ctx, s.Into.Name); err != nil {
				return err
			}
		}
		into = r.into
		if err := r.leaving(ctx, s.Companies); err != nil {
			return err
		}
		if err := r.part(ctx, s.Companies); err != nil {
			return err
		}
		if err := r.people(ctx, append([]string{}, s.People...)); err != nil {
			return err
		}
		if err := r.finish(ctx); err != nil {
			return err
		}
		for _, account := range []record.AccountID{r.from.ID, r.into.ID} {
			e := administered(audit.AccountSplit, r.now, r.from.ID.String(), "from", r.from.Name, "into", r.into.ID.String(), "name", r.into.Name, "companies", companyList(s.Companies))
			if err := leave(ctx, tx, y.sign(ofAccount(account, e))); err != nil {
				return err
			}
		}
		return nil
	})
	return into, err
}

func companyList(list []run.RelocatedCompany) string {
	keys := make([]string, len(list))
	for i, c := range list {
		keys[i] = c.Connection.String() + "/" + c.Key
	}
	return strings.Join(keys, " ")
}

func (r *relocation) newAccount(ctx context.Context, name string) error {
	r.into = record.AccountInfo{ID: record.NewAccountID(), Name: plain(strings.TrimSpace(name)), Launch: record.LaunchHidden}
	_, err := r.tx.Run(ctx, "INSERT INTO accounts (id, name, parent_id, launch, created_at) VALUES (?, ?, ?, ?, ?)",
		r.into.ID, r.into.Name, r.into.Parent, r.into.Launch, at(r.now))
	return fault.At("create account", err)
}

// leaving makes sure that the companies are of the account, and that some stay.
func (r *relocation) leaving(ctx context.Context, list []run.RelocatedCompany) error {
	var have []struct {
		ConnectionID record.ConnectionID
		Key          string
	}
	if err := r.tx.Find(ctx, &have, "SELECT connection_id, key FROM companies WHERE account_id = ?", r.from.ID); err != nil {
		return fault.At("list companies of the account", err)
	}
	stay := len(have)
	for _, h := range have {
		if slices.ContainsFunc(list, func(c run.RelocatedCompany) bool { return c.Connection == h.ConnectionID && c.Key == h.Key }) {
			stay--
		}
	}
	switch {
	case len(have)-stay != len(list):
		return fault.New(fault.Conflict, "One of these companies is not of this account any more. Look again.")
	case stay == 0:
		return fault.New(fault.Invalid, "At least one company stays. To join two accounts, merge them.")
	}
	return nil
}

// part moves what is of the companies.
func (r *relocation) part(ctx context.Context, list []run.RelocatedCompany) error {
	for _, c := range list {
		ids, err := companyRecords(ctx, r.tx, r.from.ID, c.Connection, c.Key)
		if err != nil {
			return err
		}
		const fresh = " AND connection_id = ? AND company = ? AND target_id IS NULL"
		if err := r.settled(ctx, fresh, c.Connection, c.Key); err != nil {
			return err
		}
		if err := r.actions(ctx, fresh, c.Connection, c.Key); err != nil {
			return err
		}
		for part := range slices.Chunk(ids, idsAtOnce) {
			if err := r.chunk(ctx, part); err != nil {
				return err
			}
		}
		if _, err := r.tx.Run(ctx, "UPDATE companies SET account_id = ? WHERE account_id = ? AND connection_id = ? AND key = ?", r.into.ID, r.from.ID, c.Connection, c.Key); err != nil {
			return fault.At("move company", err)
		}
	}
	return nil
}

// chunk moves records with what was asked about them. What was to be mailed about them
// to people of the account before is not.
func (r *relocation) chunk(ctx context.Context, ids []string) error {
	const about = " AND target_id IN (?)"
	in := bun.List(ids)
	if err := r.settled(ctx, about, in); err != nil {
		return err
	}
	var open int
	if err := r.tx.Find(ctx, &open, "SELECT count(*) FROM approvals WHERE account_id = ? AND ticket_id IN (?) AND state = 'open'", r.from.ID, in); err != nil {
		return fault.At("look for open approvals", err)
	}
	if open > 0 {
		return fault.Newf(fault.Conflict, "%s about what would leave not decided. Wait for the decision, or take the question back, then come back.",
			count(open, "approval is", "approvals are"))
	}
	if err := r.actions(ctx, about, in); err != nil {
		return err
	}
	if err := r.approvals(ctx, " AND ticket_id IN (?)", in); err != nil {
		return err
	}
	var kinds []record.Kind
	if err := r.tx.Find(ctx, &kinds, "SELECT DISTINCT kind FROM records WHERE account_id = ? AND id IN (?)", r.from.ID, in); err != nil {
		return fault.At("list kinds", err)
	}
	for _, k := range kinds {
		if !slices.Contains(r.kinds, k) {
			r.kinds = append(r.kinds, k)
		}
	}
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{"DELETE FROM notices WHERE account_id = ? AND (ticket_id IN (?) OR entry_id IN (?))", []any{r.from.ID, in, in}},
		{`UPDATE identities SET account_id = ? WHERE (connection_id, kind, external_id) IN
			(SELECT connection_id, kind, external_id FROM records WHERE account_id = ? AND id IN (?))`, []any{r.into.ID, r.from.ID, in}},
		{"UPDATE records SET account_id = ? WHERE account_id = ? AND id IN (?)", []any{r.into.ID, r.from.ID, in}},
	} {
		if _, err := r.tx.Run(ctx, s.statement, s.args...); err != nil {
			return fault.At("move records", err)
		}
	}
	return nil
}

// companyRecords are the records of a company in its account, with all that belongs to
// them.
func companyRecords(ctx context.Context, db finder, account record.AccountID, c record.ConnectionID, key string) ([]string, error) {
	var ids []string
	err := db.Find(ctx, &ids, `WITH RECURSIVE theirs(id) AS (
		SELECT r.id FROM (SELECT * FROM records WHERE account_id = ? AND connection_id = ?) AS r
			JOIN identities i ON i.connection_id = r.connection_id AND i.kind = r.kind AND i.external_id = r.external_id
			WHERE i.company = ? AND i.parent_external = ''
		UNION SELECT b.id FROM theirs t JOIN (SELECT * FROM records WHERE account_id = ? AND parent_id IS NOT NULL) AS b ON b.parent_id = t.id)
		SELECT id FROM theirs ORDER BY id`, account, c, key, account)
	return ids, fault.At("list records of company", err)
}
