package store

import (
	"context"
	"encoding/json"
	"time"

	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// doubted is the reason of an action that is given up: empty only when it
// certainly did not arrive. A dead one that was ever sent may have.
const doubted = `CASE WHEN state = 'dead' AND sent_at IS NOT NULL THEN 'It was given up; it may have arrived all the same.' ELSE '' END`

// heldFor is how long staff look back on what was refused.
const heldFor = 30 * 24 * time.Hour

type heldRow struct {
	actionRow
	CompanyName, SystemName, About string
}

// HeldActions lists what staff may have to look after, in one state: what waits for
// them and what is looked for, the oldest first; what was refused lately, the newest first.
func (y *System) HeldActions(ctx context.Context, state action.State, limit int) ([]action.Held, error) {
	where, args, order := "WHERE a.state = ? ", []any{state}, "ORDER BY a.seq "
	if state.Final() {
		where, args, order = where+"AND a.ended_at >= ? ", append(args, at(y.now().Add(-heldFor))), "ORDER BY a.seq DESC "
	}
	return y.held(ctx, where+order+"LIMIT ?", append(args, limit)...)
}

// HeldAction returns one action for staff; fault.NotFound when there is none.
func (y *System) HeldAction(ctx context.Context, id action.ID) (action.Held, error) {
	list, err := y.held(ctx, "WHERE a.id = ?", id)
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return action.Held{}, err
	}
	return list[0], nil
}

func (y *System) held(ctx context.Context, which string, args ...any) ([]action.Held, error) {
	var rows []heldRow
	err := y.db.Find(ctx, &rows, scoped.System+"SELECT "+actionColumns+`, coalesce((SELECT c.name FROM accounts c WHERE c.id = a.account_id), '') AS company_name,
		coalesce((SELECT c.name FROM connections c WHERE c.id = a.connection_id), '') AS system_name,
		coalesce((SELECT r.number || ' ' || r.title FROM records r WHERE r.account_id = a.account_id AND r.id = a.target_id), '') AS about
		FROM actions a `+which, args...)
	if err != nil {
		return nil, fault.At("read held actions", err)
	}
	out := make([]action.Held, len(rows))
	for i, r := range rows {
		a, err := r.action()
		if err != nil {
			return nil, err
		}
		out[i] = action.Held{Action: a, Company: r.CompanyName, System: r.SystemName, About: r.About}
	}
	return out, nil
}

// Revive gives a dead action a new generation, with other words when there are any.
// One that was ever sent is looked for at the source first, by its reference, so
// that trying again cannot double it. It is fault.Conflict when somebody else has
// looked after it since.
func (y *System) Revive(ctx context.Context, r action.Ruling) error {
	now := y.now().UTC()
	facts := []string{"state", "revived"}
	if r.Text != "" {
		facts = []string{"state", "amended"}
	}
	return y.ruled(ctx, r, now, facts, func(a action.Action) (string, []any, error) {
		if r.Text != "" {
			if !a.Written() {
				return "", nil, fault.New(fault.Invalid, "These words cannot be changed: they tell of a decision, or there are none.")
			}
			was := a.Input.Text
			if a.Amended() {
				was = a.Input.Care.Was
			}
			a.Input.Care, a.Input.Text = &action.Care{By: plain(r.By), At: now, Was: was}, plain(r.Text)
		}
		input, err := json.Marshal(a.Input)
		return `state = CASE WHEN sent_at IS NULL THEN 'recorded' ELSE 'unknown' END, generation = generation + 1, attempt = 0, began_at = ?, due_at = NULL, reason = '', input = ?`,
			[]any{at(now), string(input)}, fault.Wrap(fault.Internal, "encode input", err)
	}, change.ActionDue, change.ActionMoved)
}

// Discard gives a dead action up. The client reads why, and is mailed it; where it
// may have arrived all the same, that too. fault.Conflict as with Revive.
func (y *System) Discard(ctx context.Context, r action.Ruling) error {
	now := y.now().UTC()
	return y.ruled(ctx, r, now, []string{"state", "given up", "reason", r.Reason}, func(a action.Action) (string, []any, error) {
		care := action.Care{By: plain(r.By), At: now, GaveUp: true}
		if a.Amended() {
			care.Was = a.Input.Care.Was
		}
		a.Input.Care = &care
		input, err := json.Marshal(a.Input)
		return `state = 'withdrawn', ended_at = ?, reason = trim(? || ' ' || ` + doubted + `), input = ?`,
			[]any{at(now), plain(r.Reason), string(input)}, fault.Wrap(fault.Internal, "encode input", err)
	}, change.ActionMoved)
}

// ruled changes a dead action that is still as it was seen.
func (y *System) ruled(ctx context.Context, r action.Ruling, now time.Time, facts []string, set func(action.Action) (string, []any, error), topics ...change.Topic) error {
	held, err := y.HeldAction(ctx, r.ID)
	if err != nil {
		return err
	}
	text, args, err := set(held.Action)
	if err != nil {
		return err
	}
	entry := ofAccount(held.Account, administered(audit.ActionEnded, now, r.ID.String(), append([]string{"ref", held.Ref}, facts...)...))
	return y.administer(ctx, entry, func(ctx context.Context, tx *scoped.Tx) error {
		if err := about(ctx, tx, held.Action); err != nil {
			return err
		}
		n, err := tx.Run(ctx, "UPDATE actions SET "+text+", changed_at = ?, fence = fence + 1, lease_until = NULL WHERE account_id = ? AND id = ? AND state = 'dead' AND generation = ?",
			append(args, at(now), held.Account, r.ID, r.Seen)...)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Somebody else has looked after this meanwhile, or it moved by itself. Look at it again; nothing was changed.")
		}
		if err != nil {
			return fault.At("decide on action", err)
		}
		for _, topic := range topics {
			if err := emit(ctx, tx, change.New(topic, now, held.Account, held.Kind.About(), r.ID.String())); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeadActions lists what staff have to look after, oldest first.
func (y *System) DeadActions(ctx context.Context, limit int) ([]action.Action, error) {
	var rows []actionRow
	err := y.db.Find(ctx, &rows, scoped.System+"SELECT "+actionColumns+" FROM actions WHERE state = 'dead' ORDER BY seq LIMIT ?", limit)
	if err != nil {
		return nil, fault.At("list dead actions", err)
	}
	return actionsOf(rows)
}
