package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Submit records what somebody asks for: the action and its outbox row in one
// transaction, after which it may be called recorded. The same Key of the same
// person again returns the first action and writes nothing; with other words or
// files it is fault.Invalid, because the first action does not hold them. A target that
// changed since the person saw it is fault.Conflict, and nothing is recorded.
func (a *Account) Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error) {
	if d.Kind.About() == "" {
		return action.Action{}, unasked(d.Kind)
	}
	if err := access.Act(s, d.Account, d.Kind.About()); err != nil {
		return action.Action{}, err
	}
	if d.Key == "" || len(d.Key) > 100 || plain(d.Key) != d.Key {
		return action.Action{}, fault.New(fault.Invalid, "The form has lost its key. Reload the page; what you typed is kept.")
	}
	if err := whole(d); err != nil {
		return action.Action{}, err
	}
	if first, err := a.submitted(ctx, s, d); err != nil || !first.ID.IsZero() {
		return first, err
	}
	act, read, err := a.complete(ctx, s, d)
	if err != nil {
		return action.Action{}, err
	}
	var stored action.Action
	err = a.db.For(d.Account).Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		stored = action.Action{}
		if err := about(ctx, tx, act); err != nil {
			return err
		}
		n, err := insertAction(ctx, tx, act)
		if scoped.Orphan(err) { // its account was merged into another one meanwhile
			return notFound()
		}
		if err != nil || n == 0 {
			return err
		}
		if err := still(ctx, tx, act); err != nil {
			return err
		}
		if err := unrivalled(ctx, tx, act, read); err != nil {
			return err
		}
		stored = act
		if err := leave(ctx, tx, submittedEntry(act, d.From)); err != nil {
			return err
		}
		return emit(ctx, tx, change.New(change.ActionDue, act.Recorded, act.Account, act.Kind.About(), act.ID.String()))
	})
	if err != nil {
		return action.Action{}, err
	}
	if stored.ID.IsZero() { // another request with the same key was faster
		return a.submitted(ctx, s, d)
	}
	return stored, nil
}

// whole refuses a draft that no page of ours makes.
func whole(d action.Draft) error {
	if d.Input.Approval != "" || d.Input.Care != nil {
		return fault.New(fault.Invalid, "Only a decision that was recorded is told like this.")
	}
	switch {
	case d.Kind.New() != d.Target.IsZero():
		return unasked(d.Kind)
	case d.Kind.Judges() && d.Base == "":
		return fault.New(fault.Invalid, "It does not say what you saw. Reload the page; what you typed is kept.")
	default:
		return action.CheckInput(d.Kind, d.Input)
	}
}

func unasked(k action.Kind) error {
	return fault.Newf(fault.Invalid, "%q cannot be asked for here.", k)
}

// submitted finds the action that the same form already became.
func (a *Account) submitted(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error) {
	list, err := a.actions(ctx, s, d.Account, "user_id = ? AND key = ?", s.User(), d.Key)
	if err != nil || len(list) == 0 {
		return action.Action{}, err
	}
	if !said(list[0].Input, d.Input) {
		return action.Action{}, fault.New(fault.Invalid, "This form was sent before, with other words or files. Send it once more if these are to follow.")
	}
	return list[0], nil
}

// said reports whether a form holds what it held when it was first sent: a
// browser that goes back shows a form that was sent, ready to be changed.
func said(first, now action.Input) bool {
	return first.Subject == now.Subject && first.Text == now.Text && maps.Equal(first.Fields, now.Fields) && slices.EqualFunc(first.Files, now.Files, func(a, b action.File) bool {
		return a.Name == b.Name && a.SHA256 == b.SHA256
	})
}

// complete fills in what the page does not decide: where the target lives,
// what the company is called there, and whether the person saw its last state. It
// also says when the target was read.
func (a *Account) complete(ctx context.Context, s access.Scope, d action.Draft) (action.Action, time.Time, error) {
	now := a.now().UTC()
	act := action.Action{ID: action.NewID(), Ref: action.NewRef(), Account: d.Account, Kind: d.Kind, Base: d.Base, Input: d.Input,
		Key: d.Key, Connection: d.Connection, Target: d.Target, State: action.Recorded, Recorded: now, Changed: now,
		Actor: action.Actor{User: s.User(), Name: s.Name(), Email: s.Email(), Staff: s.IsStaff()}}
	if d.Target.IsZero() {
		company, err := a.companyOn(ctx, d.Account, d.Connection)
		act.Company = company
		return act, now, err
	}
	t, err := a.Detail(ctx, s, d.Account, d.Kind.About(), d.Target)
	if err != nil {
		return act, now, err
	}
	if d.Base != "" && d.Base != t.Base {
		return act, now, stale(d.Base, t.Status)
	}
	if err := fits(d, t, now); err != nil {
		return act, now, err
	}
	act.Connection, act.External = t.Stamp.Connection, t.Stamp.External
	return act, t.Stamp.ReadAt, nil
}

// about keeps what an action is about to this transaction: actions on one thing
// are recorded one after the other, and none while the thing changes hands.
func about(ctx context.Context, tx *scoped.Tx, act action.Action) error {
	thing := "target " + act.Target.String()
	if act.Target.IsZero() {
		thing = "company " + act.Connection.String() + " " + act.Company
	}
	return fault.At("wait for other actions", tx.Alone(ctx, thing))
}

// still makes sure, with the writer in hand, that what complete read holds: a
// pull may have moved the target, and a person may have taken the match back.
func still(ctx context.Context, tx *scoped.Tx, act action.Action) error {
	if act.Target.IsZero() {
		var keys []string
		err := tx.Find(ctx, &keys, companyOf, act.Connection, act.Account)
		if err == nil && !slices.Contains(keys, act.Company) {
			err = nowhere()
		}
		return fault.At("look at the company again", err)
	}
	var rows []struct {
		StatusRaw, Version string
		UpdatedAt          moment
	}
	err := tx.Find(ctx, &rows, "SELECT status_raw, version, updated_at FROM records WHERE account_id = ? AND id = ? AND hidden = ''", act.Account, act.Target)
	switch {
	case err != nil:
		return fault.At("look at the target again", err)
	case len(rows) == 0:
		return notFound()
	case act.Base != "" && act.Base != base(rows[0].StatusRaw, rows[0].Version, rows[0].UpdatedAt.Time):
		return stale(act.Base, rows[0].StatusRaw)
	default:
		return nil
	}
}

// stale says what changed since the page was shown.
func stale(seen, now string) error {
	e := fault.New(fault.Conflict, "This changed since you opened the page. Look at it again before you decide; nothing was sent.")
	was, _, _ := strings.Cut(seen, "@")
	if was != now {
		e.Field("status", fmt.Sprintf("%s → %s", was, now))
	}
	return e
}

const companyOf = "SELECT key FROM companies WHERE connection_id = ? AND account_id = ? ORDER BY key"

func nowhere() error {
	return fault.New(fault.Invalid, "Requests of this account cannot go there. Choose where it should go.").Field("connection", "Choose one of the list.")
}

func (a *Account) companyOn(ctx context.Context, account record.AccountID, c record.ConnectionID) (string, error) {
	var keys []string
	err := a.db.For(account).Find(ctx, &keys, companyOf, c, account)
	if err == nil && len(keys) == 0 {
		err = nowhere()
	}
	if err != nil {
		return "", fault.At("find company of the account", err)
	}
	return keys[0], nil
}

func insertAction(ctx context.Context, tx *scoped.Tx, a action.Action) (int64, error) {
	actor, err := json.Marshal(a.Actor)
	if err != nil {
		return 0, fault.Wrap(fault.Internal, "encode actor", err)
	}
	input, err := json.Marshal(a.Input)
	if err != nil {
		return 0, fault.Wrap(fault.Internal, "encode input", err)
	}
	n, err := tx.Run(ctx, `INSERT INTO actions (account_id, id, ref, user_id, actor, key, kind, connection_id, target_id, external_id,
		company, base, input, state, recorded_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, user_id, key) DO NOTHING`, a.Account, a.ID, a.Ref, a.Actor.User, string(actor), a.Key, a.Kind,
		a.Connection, a.Target, a.External, a.Company, a.Base, string(input), a.State, at(a.Recorded), at(a.Changed))
	if err != nil || n == 0 {
		return n, fault.At("record action", err)
	}
	return n, connected(ctx, tx, a.Connection)
}

// Withdraw takes back an action that was not sent yet; fault.Conflict when it is
// too late. Only the person who asked, or staff, may.
func (a *Account) Withdraw(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error) {
	act, err := a.ActionByID(ctx, s, account, id)
	if err == nil {
		err = access.Write(s)
	}
	if err == nil && !s.IsStaff() {
		err = access.Act(s, account, act.Kind.About())
	}
	if err != nil {
		return act, err
	}
	if act.Actor.User != s.User() && !s.IsStaff() {
		return act, fault.New(fault.Forbidden, "Only the person who asked for this can take it back.")
	}
	if act.Input.Approval != "" {
		return act, fault.New(fault.Forbidden, "This tells of a decision that was recorded, and cannot be taken back.")
	}
	now := a.now().UTC()
	err = a.db.For(account).Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := about(ctx, tx, act); err != nil {
			return err
		}
		n, err := tx.Run(ctx, `UPDATE actions SET state = ?, ended_at = ?, changed_at = ?, reason = `+doubted+`, fence = fence + 1,
			lease_until = NULL WHERE account_id = ? AND id = ? AND state IN ('recorded', 'retrying', 'conflict', 'dead') AND (lease_until IS NULL OR lease_until < ?)`,
			action.Withdrawn, at(now), at(now), account, id, at(now))
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "It is being sent already and cannot be taken back.")
		}
		if err != nil {
			return fault.At("withdraw action", err)
		}
		if err := leave(ctx, tx, movedEntry(audit.ActionWithdrawn, act, s.User(), now)); err != nil {
			return err
		}
		if err := moved(ctx, tx, act, now); err != nil {
			return err
		}
		return ringNext(ctx, tx, act, now)
	})
	if err != nil {
		return act, err
	}
	return a.ActionByID(ctx, s, account, id)
}
