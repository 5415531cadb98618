package store

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// MergePreview says what Merge would move.
func (y *System) MergePreview(ctx context.Context, from, into record.AccountID) (run.Relocation, error) {
	r, err := y.relocated(ctx, from, into)
	if err != nil {
		return r, err
	}
	for i := range r.Companies {
		r.Companies[i].Leaves = true
	}
	for i := range r.Members {
		r.Members[i].Leaves = true
	}
	err = y.db.Find(ctx, &r.Records, "SELECT kind, count(*) AS count FROM records WHERE account_id = ? GROUP BY kind ORDER BY kind", from)
	for _, n := range []struct {
		out   *int
		query string
	}{
		{&r.Requests, "SELECT count(*) FROM actions WHERE account_id = ? AND state IN ('confirmed', 'refused', 'withdrawn')"},
		{&r.Unsettled, "SELECT count(*) FROM actions WHERE account_id = ?" + unsettled},
		{&r.Open, "SELECT count(*) FROM approvals WHERE account_id = ? AND state = 'open'"},
		{&r.Decided, "SELECT count(*) FROM approvals WHERE account_id = ? AND state <> 'open'"},
		{&r.Invitations, "SELECT count(*) FROM invitations WHERE account_id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL"},
		{&r.Staff, "SELECT count(*) FROM staff_accounts WHERE account_id = ?"},
		{&r.Endpoints, "SELECT count(*) FROM webhook_endpoints WHERE account_id = ?"},
		{&r.Branches, "SELECT count(*) FROM accounts WHERE parent_id = ?"},
	} {
		if err == nil {
			err = y.db.Find(ctx, n.out, n.query, from)
		}
	}
	if err == nil {
		err = y.db.Find(ctx, &r.Keys, "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND accounts LIKE ?", "%"+from.String()+"%")
	}
	return r, fault.At("count what would move", err)
}

// SplitPreview says what Split would move, and who seems to be of what leaves. Without
// companies it only lists what there is.
func (y *System) SplitPreview(ctx context.Context, s run.Split) (run.Relocation, error) {
	r, err := y.relocated(ctx, s.From, s.Into.ID)
	if err != nil {
		return r, err
	}
	if s.Into.ID.IsZero() {
		r.Into.Name = strings.TrimSpace(s.Into.Name)
	}
	kinds := map[record.Kind]int{}
	theirs := map[string]bool{}
	for i, c := range r.Companies {
		if !slices.ContainsFunc(s.Companies, func(l run.RelocatedCompany) bool { return l.Connection == c.Connection && l.Key == c.Key }) {
			continue
		}
		r.Companies[i].Leaves = true
		ids, err := companyRecords(ctx, y.db, s.From, c.Connection, c.Key)
		if err != nil {
			return r, err
		}
		if err := y.splitCounts(ctx, &r, c, ids, kinds, theirs); err != nil {
			return r, err
		}
	}
	for kind, n := range kinds {
		r.Records = append(r.Records, run.KindCount{Kind: kind, Count: n})
	}
	slices.SortFunc(r.Records, func(a, b run.KindCount) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	for i := range r.Members {
		m := &r.Members[i]
		m.Suggested, m.Leaves = theirs[strings.ToLower(m.Email)], slices.Contains(s.People, m.ID)
	}
	return r, nil
}

// splitCounts adds what one company would take along.
func (y *System) splitCounts(ctx context.Context, r *run.Relocation, c run.RelocatedCompany, ids []string, kinds map[record.Kind]int, theirs map[string]bool) error {
	from := r.From.ID
	var fresh, done int
	err := y.db.Find(ctx, &fresh, "SELECT count(*) FROM actions WHERE account_id = ? AND connection_id = ? AND company = ? AND target_id IS NULL"+unsettled, from, c.Connection, c.Key)
	if err == nil {
		err = y.db.Find(ctx, &done, "SELECT count(*) FROM actions WHERE account_id = ? AND connection_id = ? AND company = ? AND target_id IS NULL", from, c.Connection, c.Key)
	}
	r.Unsettled, r.Requests = r.Unsettled+fresh, r.Requests+done-fresh
	for part := range slices.Chunk(ids, idsAtOnce) {
		if err != nil {
			return fault.At("count what would leave", err)
		}
		in := bun.List(part)
		var rows []struct {
			Kind   record.Kind
			Person string
		}
		err = y.db.Find(ctx, &rows, "SELECT kind, CASE WHEN kind = 'contact' THEN lower(person) ELSE '' END AS person FROM records WHERE account_id = ? AND id IN (?)", from, in)
		for _, row := range rows {
			kinds[row.Kind]++
			theirs[row.Person] = true
		}
		for _, n := range []struct {
			out   *int
			query string
		}{
			{&r.Unsettled, "SELECT count(*) FROM actions WHERE account_id = ? AND target_id IN (?)" + unsettled},
			{&r.Requests, "SELECT count(*) FROM actions WHERE account_id = ? AND target_id IN (?) AND state IN ('confirmed', 'refused', 'withdrawn')"},
			{&r.Open, "SELECT count(*) FROM approvals WHERE account_id = ? AND ticket_id IN (?) AND state = 'open'"},
			{&r.Decided, "SELECT count(*) FROM approvals WHERE account_id = ? AND ticket_id IN (?) AND state <> 'open'"},
		} {
			var more int
			if err == nil {
				err = y.db.Find(ctx, &more, n.query, from, in)
			}
			*n.out += more
		}
	}
	delete(theirs, "")
	return fault.At("count what would leave", err)
}

// relocated is what both previews begin with.
func (y *System) relocated(ctx context.Context, from, into record.AccountID) (run.Relocation, error) {
	var r run.Relocation
	var err error
	if r.From, err = y.AccountInfo(ctx, from); err != nil {
		return r, err
	}
	if !into.IsZero() {
		if r.Into, err = y.AccountInfo(ctx, into); err != nil {
			return r, err
		}
	}
	var companies []struct {
		ConnectionID      record.ConnectionID
		System, Key, Name string
	}
	err = y.db.Find(ctx, &companies, `SELECT c.connection_id, n.name AS system, c.key, c.name FROM companies c
		JOIN connections n ON n.id = c.connection_id WHERE c.account_id = ? ORDER BY n.name, c.connection_id, c.name, c.key`, from)
	if err != nil {
		return r, fault.At("list companies of the account", err)
	}
	for _, c := range companies {
		r.Companies = append(r.Companies, run.RelocatedCompany{Connection: c.ConnectionID, System: c.System, Key: c.Key, Name: c.Name})
	}
	var members []struct {
		ID, Name, Email, Role string
		Already               bool
	}
	err = y.db.Find(ctx, &members, scoped.System+`SELECT u.id, u.name, u.email, m.role, EXISTS (SELECT 1 FROM memberships o WHERE o.user_id = u.id AND o.account_id = ?) AS already
		FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ? ORDER BY u.name, u.id`, into, from)
	for _, m := range members {
		r.Members = append(r.Members, run.RelocatedPerson{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, Already: m.Already})
	}
	return r, fault.At("list members", err)
}
