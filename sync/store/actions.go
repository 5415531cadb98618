package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type actionRow struct {
	AccountID                                                          record.AccountID
	ID                                                                 action.ID
	Ref                                                                string
	Actor                                                              string
	Key                                                                string
	Kind                                                               action.Kind
	ConnectionID                                                       record.ConnectionID
	TargetID                                                           record.ID
	ExternalID                                                         string
	Company                                                            string
	Base                                                               string
	Input                                                              string
	State                                                              action.State
	Attempt                                                            int
	Generation                                                         int
	Mark                                                               string
	Reference                                                          string
	Reason                                                             string
	RecordedAt, BeganAt, SentAt, AcceptedAt, EndedAt, ChangedAt, DueAt moment
	Fence                                                              int64
	LeaseUntil                                                         moment
	MadeAs                                                             string
}

const actionColumns = `account_id, id, ref, actor, key, kind, connection_id, target_id, external_id, company, base, input, state, attempt,
	generation, mark, reference, reason, recorded_at, began_at, sent_at, accepted_at, ended_at, changed_at, due_at, fence, lease_until, made_as`

func (r actionRow) action() (action.Action, error) {
	a := action.Action{ID: r.ID, Ref: r.Ref, Account: r.AccountID, Key: r.Key, Kind: r.Kind, Connection: r.ConnectionID,
		Target: r.TargetID, External: r.ExternalID, Company: r.Company, Base: r.Base, State: r.State, Attempt: r.Attempt,
		Generation: r.Generation, Mark: r.Mark, Reference: r.Reference, Reason: r.Reason, Recorded: r.RecordedAt.Time,
		Began: r.BeganAt.Time, Sent: r.SentAt.Time, Accepted: r.AcceptedAt.Time, Ended: r.EndedAt.Time,
		Changed: r.ChangedAt.Time, Due: r.DueAt.Time, MadeAs: r.MadeAs}
	if err := json.Unmarshal([]byte(r.Actor), &a.Actor); err != nil {
		return a, fault.Wrap(fault.Internal, "decode actor", err)
	}
	return a, fault.Wrap(fault.Internal, "decode input", json.Unmarshal([]byte(r.Input), &a.Input))
}

func actionsOf(rows []actionRow) ([]action.Action, error) {
	out := make([]action.Action, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.action(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recentActions is how many actions a page looks back on.
const recentActions = 50

// ActionByID returns one action of the account; fault.NotFound when it is
// missing, foreign, or somebody else's and the viewer sees only their own.
func (a *Account) ActionByID(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error) {
	list, err := a.actions(ctx, s, account, "id = ?", id)
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return action.Action{}, err
	}
	return list[0], nil
}

// ActionsOn lists the actions on a record, newest first; with a zero target
// those that create something.
func (a *Account) ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error) {
	if target.IsZero() {
		return a.actions(ctx, s, account, "target_id IS NULL")
	}
	kinds, err := askedOn(s, account)
	if err != nil {
		return nil, err
	}
	table, args := openable(s, account, kinds...)
	list, err := a.details(ctx, account, "FROM "+table+" AS r WHERE id = ?", append(args, target))
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	return a.actions(ctx, s, account, "target_id = ? OR target_id IN (SELECT id FROM records WHERE account_id = ? AND copy_of = ?)", target, account, target)
}

// Stuck lists what the viewer asked for and goes no further by itself, newest
// first: what they have to decide again, because the record changed meanwhile,
// and what a person at the provider looks after.
func (a *Account) Stuck(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error) {
	return a.actions(ctx, s, account, "state IN (?, ?) AND user_id = ?", action.Conflict, action.Dead, s.User())
}

func (a *Account) actions(ctx context.Context, s access.Scope, account record.AccountID, where string, args ...any) ([]action.Action, error) {
	kinds, err := askedOn(s, account)
	if err != nil {
		return nil, err
	}
	// Spelled out: one batch with the account's setting takes plain values only.
	args = append([]any{account}, args...)
	var seen []string
	for _, k := range action.Kinds {
		if slices.Contains(kinds, k.About()) {
			seen, args = append(seen, "?"), append(args, k)
		}
	}
	where = "(" + where + ") AND kind IN (" + strings.Join(seen, ", ") + ")"
	if s.OwnOnly() {
		where += " AND user_id = ?"
		args = append(args, s.User())
	}
	var rows []actionRow
	err = a.db.For(account).Find(ctx, &rows, "SELECT "+actionColumns+" FROM (SELECT * FROM actions WHERE account_id = ?) AS a WHERE "+where+
		" ORDER BY seq DESC LIMIT ?", append(args, recentActions)...)
	if err != nil {
		return nil, fault.At("read actions", err)
	}
	return actionsOf(rows)
}

// askedOn lists the kinds of records on which the viewer may see what was asked for:
// those that they see themselves.
func askedOn(s access.Scope, account record.AccountID) ([]record.Kind, error) {
	var out []record.Kind
	var refused error
	for _, k := range action.Kinds {
		about := k.About()
		if err := access.See(s, account, about); err != nil {
			refused = err
			continue
		}
		if !slices.Contains(out, about) {
			out = append(out, about)
		}
	}
	if len(out) == 0 {
		return nil, refused
	}
	return out, nil
}

// Destinations lists where a new request of the account may go: connections
// that know the company. Where one is the authority for requests, they go there.
func (a *Account) Destinations(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Destination, error) {
	if err := access.Act(s, account, record.KindTicket); err != nil {
		return nil, err
	}
	var rows []struct {
		ID     record.ConnectionID
		Name   string
		Queues string
	}
	err := a.db.For(account).Find(ctx, &rows, `SELECT DISTINCT c.id, c.name, c.queues FROM connections c
		JOIN companies p ON p.connection_id = c.id JOIN streams s ON s.connection_id = c.id
		WHERE c.removing_at IS NULL AND p.account_id = ? AND (' ' || s.kinds || ' ') LIKE '% ticket %' AND NOT EXISTS (SELECT 1 FROM authorities x
			JOIN companies k ON k.connection_id = x.authority_id AND k.account_id = p.account_id WHERE x.kind = 'ticket' AND x.other_id = c.id) ORDER BY c.name`, account)
	if err != nil {
		return nil, fault.At("list destinations", err)
	}
	out := make([]action.Destination, len(rows))
	for i, r := range rows {
		out[i] = action.Destination{Connection: r.ID, System: r.Name}
		if err := json.Unmarshal([]byte(r.Queues), &out[i].Queues); err != nil {
			return nil, fault.Wrap(fault.Internal, "decode queues", err)
		}
	}
	return out, nil
}

// NeededFiles are the ids of uploads whose action has not come to its end, and of
// those that belong to an approval.
func (y *System) NeededFiles(ctx context.Context) (map[string]bool, error) {
	var inputs []string
	err := y.db.Find(ctx, &inputs, scoped.System+`SELECT input FROM actions WHERE state NOT IN ('confirmed', 'refused', 'withdrawn')
		AND input LIKE '%"files"%'`)
	if err != nil {
		return nil, fault.At("list needed files", err)
	}
	needed := map[string]bool{}
	for _, data := range inputs {
		var in action.Input
		if err := json.Unmarshal([]byte(data), &in); err != nil {
			return nil, fault.Wrap(fault.Internal, "decode input", err)
		}
		for _, f := range in.Files {
			needed[f.ID] = true
		}
	}
	return needed, y.decidedFiles(ctx, needed)
}

// decidedFiles adds what a client was ever asked about: it stays with the question.
func (y *System) decidedFiles(ctx context.Context, needed map[string]bool) error {
	var files []string
	err := y.db.Find(ctx, &files, scoped.System+"SELECT file FROM approval_versions WHERE file <> ''")
	if err != nil {
		return fault.At("list files of approvals", err)
	}
	for _, data := range files {
		var f action.File
		if err := json.Unmarshal([]byte(data), &f); err != nil {
			return fault.Wrap(fault.Internal, "decode file of a version", err)
		}
		needed[f.ID] = true
	}
	return nil
}
