package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// stoppedWithin is how far the time of an action that Unmatch stopped may lie from
// that of its audit leaf: both are of one transaction.
const stoppedWithin = time.Minute

// Repair tells how a company was last taken out of an account, as far as the audit
// log and the actions know; fault.NotFound when it never was. It is read from what
// was written then, so that it is the same whenever somebody looks.
func (y *System) Repair(ctx context.Context, c record.ConnectionID, key string) (run.Repair, error) {
	out := run.Repair{Key: key}
	hidden, err := y.newestLeaf(ctx, audit.CompanyHidden, c, key, time.Time{})
	if err != nil {
		return out, err
	}
	if hidden.Account.IsZero() {
		return out, fault.New(fault.NotFound, "This company was never taken out of an account.")
	}
	out.Hidden, out.HiddenBy = hidden.At, hidden.Name
	matched, err := y.newestLeaf(ctx, audit.CompanyMatched, c, key, hidden.At)
	if err != nil {
		return out, err
	}
	out.Matched, out.MatchedBy = matched.At, matched.Name
	if out.Account, err = y.lasting(ctx, hidden.Account); err != nil {
		return out, err
	}
	if err := y.db.Find(ctx, &out.Records, "SELECT count(*) FROM staging WHERE connection_id = ? AND company = ?", c, key); err != nil {
		return out, fault.At("count records of company", err)
	}
	if out.Stopped, out.Sent, err = y.repairedActions(ctx, c, out); err != nil {
		return out, err
	}
	out.People, err = y.repairedPeople(ctx, out)
	return out, err
}

// logged is what a leaf says that a page needs.
type logged struct {
	At      time.Time
	Account record.AccountID
	Name    string // of who acted, unless it was erased
}

// newestLeaf finds the newest entry about a company, before a moment unless that is
// zero; the zero value when there is none.
func (y *System) newestLeaf(ctx context.Context, what audit.What, c record.ConnectionID, key string, before time.Time) (logged, error) {
	var rows []struct {
		At             moment
		AccountID      record.AccountID
		Leaf, Personal string
	}
	query, args := "SELECT at, account_id, leaf, personal FROM audit_leaves WHERE what = ?", []any{what}
	if !before.IsZero() {
		query, args = query+" AND at < ?", append(args, at(before))
	}
	if err := y.db.Find(ctx, &rows, query+" ORDER BY id DESC", args...); err != nil {
		return logged{}, fault.At("look into the audit log", err)
	}
	for _, r := range rows {
		var leaf struct {
			Object string            `json:"object"`
			Actor  string            `json:"actor"`
			Facts  map[string]string `json:"facts"`
		}
		if json.Unmarshal([]byte(r.Leaf), &leaf) != nil || leaf.Object != c.String() || leaf.Facts["company"] != key {
			continue
		}
		var personal map[string]audit.Salted
		_ = json.Unmarshal([]byte(r.Personal), &personal) // what was erased has no name
		name := personal["by"].Value
		if name == "" && leaf.Actor == operator {
			name = operator
		}
		return logged{r.At.Time, r.AccountID, name}, nil
	}
	return logged{}, nil
}

// repairedActions are what the account asked for about the company: stopped with the
// repair, and sent before.
func (y *System) repairedActions(ctx context.Context, c record.ConnectionID, r run.Repair) (stopped, sent []run.RepairedAction, err error) {
	var rows []struct {
		Ref, Kind, ExternalID, Actor, State string
		RecordedAt, EndedAt                 moment
	}
	err = y.db.Find(ctx, &rows, scoped.System+`SELECT ref, kind, external_id, actor, state, recorded_at, ended_at FROM actions
		WHERE account_id = ? AND connection_id = ? AND recorded_at <= ? AND (company = ? OR external_id IN
			(SELECT external_id FROM staging WHERE connection_id = ? AND company = ?)) ORDER BY seq`, r.Account.ID, c, at(r.Hidden), r.Key, c, r.Key)
	for _, row := range rows {
		var by action.Actor
		_ = json.Unmarshal([]byte(row.Actor), &by)
		one := run.RepairedAction{Ref: row.Ref, Kind: row.Kind, External: row.ExternalID, By: by.Name, State: row.State, At: row.RecordedAt.Time}
		if row.State == string(action.Refused) && row.EndedAt.Sub(r.Hidden).Abs() < stoppedWithin {
			stopped = append(stopped, one)
			continue
		}
		sent = append(sent, one)
	}
	return stopped, sent, fault.At("list actions of company", err)
}

// repairedPeople are members of the account who were signed in while they could see
// the company. Which pages they opened is written down nowhere.
func (y *System) repairedPeople(ctx context.Context, r run.Repair) ([]run.RepairedPerson, error) {
	if r.Matched.IsZero() {
		return nil, nil
	}
	var members []struct{ ID, Name, Email string }
	err := y.db.Find(ctx, &members, "SELECT u.id, u.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ? ORDER BY u.name", r.Account.ID)
	if err != nil || len(members) == 0 {
		return nil, fault.At("list members", err)
	}
	var leaves []struct {
		At   moment
		Leaf string
	}
	err = y.db.Find(ctx, &leaves, "SELECT at, leaf FROM audit_leaves WHERE what = ? AND at >= ? AND at <= ? ORDER BY id", audit.SignedIn, at(r.Matched), at(r.Hidden))
	if err != nil {
		return nil, fault.At("look for sign-ins", err)
	}
	last := map[string]time.Time{}
	for _, l := range leaves {
		var leaf struct {
			Actor string `json:"actor"`
		}
		if json.Unmarshal([]byte(l.Leaf), &leaf) == nil {
			last[leaf.Actor] = l.At.Time
		}
	}
	if err := y.stillSignedIn(ctx, r, last); err != nil {
		return nil, err
	}
	var out []run.RepairedPerson
	for _, m := range members {
		if when, ok := last[m.ID]; ok {
			out = append(out, run.RepairedPerson{Name: m.Name, Email: m.Email, SignedIn: when})
		}
	}
	return slices.Clip(out), nil
}

// stillSignedIn adds who had signed in before, by the sessions that are kept; last is
// when each was there, by user.
func (y *System) stillSignedIn(ctx context.Context, r run.Repair, last map[string]time.Time) error {
	var rows []struct {
		UserID string
		SeenAt moment
	}
	err := y.db.Find(ctx, &rows, "SELECT user_id, max(seen_at) AS seen_at FROM sessions WHERE created_at <= ? AND seen_at >= ? GROUP BY user_id", at(r.Hidden), at(r.Matched))
	for _, row := range rows {
		seen := row.SeenAt.Time
		if seen.After(r.Hidden) {
			seen = r.Hidden // it goes on; what came after is not about this
		}
		if seen.After(last[row.UserID]) {
			last[row.UserID] = seen
		}
	}
	return fault.At("look for sessions", err)
}
