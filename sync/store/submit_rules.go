package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// fits refuses what cannot be asked of the target as it is.
func fits(d action.Draft, t record.Detail, now time.Time) error {
	switch body := t.Body.(type) {
	case record.Invoice:
		if body.Credit {
			return fault.New(fault.Invalid, "A credit note cannot be paid.")
		}
		if d.Input.Fields[action.FieldCurrency] != body.Currency {
			return fault.New(fault.Invalid, "Please correct what is marked.").Field(action.FieldCurrency, "This invoice is in "+body.Currency+".")
		}
	case record.Quote:
		if seen := d.Input.Fields[action.FieldDigest]; seen != "" && seen != body.Digest() {
			return stale(d.Base, t.Status) // sources without versions may change what they offer under the same base
		}
		if body.Expired(now) {
			return fault.New(fault.Invalid, "This quote has expired. Ask for a new one.")
		}
		if !t.State.Open() {
			return fault.New(fault.Invalid, "This quote is decided already.")
		}
	}
	return nil
}

// unrivalled refuses a payment, a decision or a confirmation while another one about
// the same target is on its way, rests with a person, or has arrived after the target
// was last read: what was seen does not hold it yet.
func unrivalled(ctx context.Context, tx *scoped.Tx, act action.Action, read time.Time) error {
	rivals := act.Kind.Rivals()
	if len(rivals) == 0 {
		return nil
	}
	var other bool
	err := tx.Find(ctx, &other, `SELECT EXISTS (SELECT 1 FROM actions WHERE account_id = ? AND (target_id = ? OR target_id IN (SELECT id FROM records WHERE account_id = ? AND copy_of = ?)) AND id <> ? AND kind IN (?)
		AND (state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown', 'dead') OR state = 'confirmed' AND ended_at > ?))`,
		act.Account, act.Target, act.Account, act.Target, act.ID, bun.List(rivals), at(read))
	switch {
	case err != nil:
		return fault.At("look for other actions on the target", err)
	case !other:
		return nil
	case act.Kind == action.PaymentRecord:
		return fault.New(fault.Conflict, "A payment of this invoice is on its way already. Wait until it has arrived; nothing was sent.")
	default:
		return fault.New(fault.Conflict, "This is being decided already. Wait until that has arrived; nothing was sent.")
	}
}
