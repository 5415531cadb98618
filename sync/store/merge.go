package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Merge makes two accounts one: everything of from is in into when it returns, and
// from is no account any more. It is one transaction, so that it never began when it
// was killed, and nobody sees a half of it. fault.Conflict says what has to be settled
// before: what somebody of from asked for would lose the account that it was asked in.
func (y *System) Merge(ctx context.Context, from, into record.AccountID) error {
	if from == into {
		return fault.New(fault.Invalid, "These are the same account.")
	}
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		r, err := y.relocate(ctx, tx, from, into)
		if err != nil {
			return err
		}
		if err := r.settled(ctx, ""); err != nil {
			return err
		}
		if err := r.kin(ctx); err != nil {
			return err
		}
		if err := r.everything(ctx); err != nil {
			return err
		}
		if err := r.people(ctx, nil); err != nil {
			return err
		}
		if err := r.belongings(ctx); err != nil {
			return err
		}
		if err := r.leaveAccount(ctx); err != nil {
			return err
		}
		if err := r.finish(ctx); err != nil {
			return err
		}
		// What the log says of the account before names its id: this entry says its name.
		return leave(ctx, tx, y.sign(ofAccount(into, administered(audit.AccountMerged, r.now, into.String(), "from", from.String(), "name", r.from.Name, "into", r.into.Name))))
	})
}

// kin keeps the tree of branches a tree: those of from become branches of into.
func (r *relocation) kin(ctx context.Context) error {
	for above := r.into.Parent; !above.IsZero(); {
		if above == r.from.ID {
			if r.into.Parent != r.from.ID {
				return fault.Newf(fault.Conflict, "%s is a branch of a branch of %s. Merge them one after the other.", r.into.Name, r.from.Name)
			}
			break
		}
		var next []accountRow
		if err := r.tx.Find(ctx, &next, selectAccount+"WHERE id = ?", above); err != nil || len(next) == 0 {
			return fault.At("read the account above", err)
		}
		above = next[0].ParentID
	}
	if r.into.Parent == r.from.ID {
		if _, err := r.tx.Run(ctx, "UPDATE accounts SET parent_id = ? WHERE id = ?", r.from.Parent, r.into.ID); err != nil {
			return fault.At("move branch up", err)
		}
	}
	_, err := r.tx.Run(ctx, "UPDATE accounts SET parent_id = ? WHERE parent_id = ? AND id <> ?", r.into.ID, r.from.ID, r.into.ID)
	return fault.At("move branches", err)
}

// everything moves all companies, records, actions and approvals.
func (r *relocation) everything(ctx context.Context) error {
	var kinds []record.Kind
	if err := r.tx.Find(ctx, &kinds, "SELECT DISTINCT kind FROM records WHERE account_id = ?", r.from.ID); err != nil {
		return fault.At("list kinds of the account", err)
	}
	r.kinds = kinds
	for _, statement := range []string{
		"UPDATE companies SET account_id = ? WHERE account_id = ?",
		// By key, because identities have no index by account.
		"UPDATE identities SET account_id = ? WHERE (connection_id, kind, external_id) IN (SELECT connection_id, kind, external_id FROM records WHERE account_id = ?)",
		"UPDATE records SET account_id = ? WHERE account_id = ?",
	} {
		if _, err := r.tx.Run(ctx, statement, r.into.ID, r.from.ID); err != nil {
			return fault.At("move records", err)
		}
	}
	if err := r.actions(ctx, ""); err != nil {
		return err
	}
	return r.approvals(ctx, "")
}

// belongings move what only a whole account has.
func (r *relocation) belongings(ctx context.Context) error {
	if _, err := r.tx.Run(ctx, `INSERT INTO staff_accounts (user_id, account_id) SELECT user_id, ? FROM staff_accounts WHERE account_id = ?
		ON CONFLICT (user_id, account_id) DO NOTHING`, r.into.ID, r.from.ID); err != nil {
		return fault.At("move assigned staff", err)
	}
	for _, statement := range []string{
		"DELETE FROM staff_accounts WHERE account_id = ?",
		"DELETE FROM looks WHERE account_id = ?", // whoever looks as a member looks again
	} {
		if _, err := r.tx.Run(ctx, statement, r.from.ID); err != nil {
			return fault.At("clear account", err)
		}
	}
	for _, statement := range []string{
		"UPDATE invitations SET account_id = ? WHERE account_id = ?",
		"UPDATE notices SET account_id = ? WHERE account_id = ?",
		"UPDATE mails SET account_id = ? WHERE account_id = ?",
		"UPDATE webhook_endpoints SET account_id = ? WHERE account_id = ?",
		"UPDATE merged_accounts SET into_id = ? WHERE into_id = ?",
	} {
		if _, err := r.tx.Run(ctx, statement, r.into.ID, r.from.ID); err != nil {
			return fault.At("move what belongs to the account", err)
		}
	}
	return r.keys(ctx)
}

// keys lets API keys that reach the account reach the one that it is now.
func (r *relocation) keys(ctx context.Context) error {
	var keys []struct{ ID, Accounts string }
	if err := r.tx.Find(ctx, &keys, "SELECT id, accounts FROM api_keys WHERE accounts LIKE ?", "%"+r.from.ID.String()+"%"); err != nil {
		return fault.At("read keys of the account", err)
	}
	for _, k := range keys {
		list := strings.Fields(strings.ReplaceAll(k.Accounts, r.from.ID.String(), r.into.ID.String()))
		slices.Sort(list)
		if _, err := r.tx.Run(ctx, "UPDATE api_keys SET accounts = ? WHERE id = ?", strings.Join(slices.Compact(list), " "), k.ID); err != nil {
			return fault.At("move keys", err)
		}
	}
	return nil
}

// leaveAccount ends the account. A foreign key that is left refuses it, so that
// nothing of it can be forgotten.
func (r *relocation) leaveAccount(ctx context.Context) error {
	if _, err := r.tx.Run(ctx, "INSERT INTO merged_accounts (id, name, into_id, at) VALUES (?, ?, ?, ?)", r.from.ID, r.from.Name, r.into.ID, at(r.now)); err != nil {
		return fault.At("remember account", err)
	}
	_, err := r.tx.Run(ctx, "DELETE FROM accounts WHERE id = ?", r.from.ID)
	return fault.At("end account", err)
}

// MergedInto returns the account that one was merged into; fault.NotFound when it was not.
func (y *System) MergedInto(ctx context.Context, id record.AccountID) (record.AccountInfo, error) {
	var rows []struct {
		Name   string
		IntoID record.AccountID
	}
	err := y.db.Find(ctx, &rows, "SELECT name, into_id FROM merged_accounts WHERE id = ?", id)
	if err == nil && len(rows) == 0 {
		err = notFound()
	}
	if err != nil {
		return record.AccountInfo{}, fault.At("look where the account is", err)
	}
	return y.AccountInfo(ctx, rows[0].IntoID)
}

// lasting is an account by its id, or what is known of one that was merged.
func (y *System) lasting(ctx context.Context, id record.AccountID) (record.AccountInfo, error) {
	info, err := y.AccountInfo(ctx, id)
	if !fault.Is(err, fault.NotFound) {
		return info, err
	}
	var names []string
	if err := y.db.Find(ctx, &names, "SELECT name FROM merged_accounts WHERE id = ?", id); err != nil || len(names) == 0 {
		return info, fault.At("read merged account", err)
	}
	return record.AccountInfo{ID: id, Name: names[0]}, nil
}

func count(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + several
}
