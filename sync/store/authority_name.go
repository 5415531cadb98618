package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/sync/audit"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// Authorities lists which connection is believed for what.
func (y *System) Authorities(ctx context.Context) ([]authority.Rule, error) {
	list, err := authorities(ctx, y.db, "")
	slices.SortStableFunc(list, byName)
	return list, err
}

// Overlaps lists the kinds that two connections bring for the same accounts, by kind,
// whether an authority is named or not.
func (y *System) Overlaps(ctx context.Context) ([]authority.Overlap, error) {
	var shared []struct {
		One, Other         record.ConnectionID
		OneName, OtherName string
		Accounts           int
	}
	err := y.db.Find(ctx, &shared, `SELECT c.id AS one, o.id AS other, c.name AS one_name, o.name AS other_name, count(DISTINCT p.account_id) AS accounts
		FROM companies p JOIN companies q ON q.account_id = p.account_id AND q.connection_id > p.connection_id
		JOIN connections c ON c.id = p.connection_id JOIN connections o ON o.id = q.connection_id
		GROUP BY c.id, o.id, c.name, o.name ORDER BY c.name, o.name`)
	if err != nil {
		return nil, fault.At("list connections that share accounts", err)
	}
	brings, err := y.brings(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := y.Authorities(ctx)
	if err != nil {
		return nil, err
	}
	var out []authority.Overlap
	for _, kind := range authority.Kinds {
		for _, s := range shared {
			if !brings[s.One][kind] || !brings[s.Other][kind] {
				continue
			}
			o := authority.Overlap{Kind: kind, One: s.One, Other: s.Other, OneName: s.OneName, OtherName: s.OtherName, Accounts: s.Accounts}
			for i, r := range rules {
				if r.Kind == kind && (r.Authority == s.One && r.Other == s.Other || r.Authority == s.Other && r.Other == s.One) {
					o.Rule = &rules[i]
				}
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// brings are the kinds of each connection's streams.
func (y *System) brings(ctx context.Context) (map[record.ConnectionID]map[record.Kind]bool, error) {
	var rows []struct {
		ConnectionID record.ConnectionID
		Kinds        string
	}
	err := y.db.Find(ctx, &rows, "SELECT connection_id, kinds FROM streams")
	out := map[record.ConnectionID]map[record.Kind]bool{}
	for _, r := range rows {
		if out[r.ConnectionID] == nil {
			out[r.ConnectionID] = map[record.Kind]bool{}
		}
		for k := range strings.FieldsSeq(r.Kinds) {
			out[r.ConnectionID][record.Kind(k)] = true
		}
	}
	return out, fault.At("list what connections bring", err)
}

// NameAuthority says which of two connections is believed for a kind, or changes
// that. Everything that people said of pairs holds on. No connection is believed for
// a kind for which another one is believed beside it: fault.Conflict.
func (y *System) NameAuthority(ctx context.Context, r authority.Rule) error {
	if err := y.proper(ctx, &r); err != nil {
		return err
	}
	now := y.now().UTC()
	return y.administer(ctx, believed(now, r), func(ctx context.Context, tx *scoped.Tx) error {
		return y.nameAuthority(ctx, tx, r, now)
	})
}

// believed is the entry of an authority that somebody named.
func believed(when time.Time, r authority.Rule) audit.Entry {
	return administered(audit.AuthorityNamed, when, r.Other.String(), "kind", string(r.Kind), "authority", r.Authority.String(), "alone", string(r.Alone))
}

// nameAuthority is NameAuthority in a transaction, for a rule that is proper.
func (y *System) nameAuthority(ctx context.Context, tx *scoped.Tx, r authority.Rule, now time.Time) error {
	if err := both(ctx, tx, r); err != nil {
		return err
	}
	others, err := authorities(ctx, tx, "WHERE a.kind = ?", r.Kind)
	if err != nil {
		return err
	}
	for _, o := range others {
		switch {
		case o.Other == r.Authority && o.Authority == r.Other: // the two change places
			if err := y.released(ctx, tx, o); err != nil {
				return err
			}
		case o.Other == r.Authority:
			return fault.Newf(fault.Conflict, "%s is itself attached to %s for this. Name %s, or end that first.", r.AuthorityName, o.AuthorityName, o.AuthorityName)
		case o.Authority == r.Other:
			return fault.Newf(fault.Conflict, "%s is the authority beside %s for this. End that first.", r.OtherName, o.OtherName)
		case o.Other == r.Other && o.Authority != r.Authority:
			if err := y.released(ctx, tx, o); err != nil {
				return err
			}
		}
	}
	_, err = tx.Run(ctx, `INSERT INTO authorities (kind, other_id, authority_id, alone, decided_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (kind, other_id) DO UPDATE SET authority_id = excluded.authority_id, alone = excluded.alone, decided_at = excluded.decided_at`,
		r.Kind, r.Other, r.Authority, r.Alone, at(now))
	if err != nil {
		return fault.At("name authority", err)
	}
	return y.compared(ctx, tx, r)
}

// DropAuthority lets both connections stand side by side again. What people said of
// pairs is kept for when one is named again.
func (y *System) DropAuthority(ctx context.Context, kind record.Kind, other record.ConnectionID) error {
	return y.administer(ctx, administered(audit.AuthorityNamed, y.now(), other.String(), "kind", string(kind), "authority", "none"), func(ctx context.Context, tx *scoped.Tx) error {
		r, err := theRule(ctx, tx, kind, other)
		if err == nil {
			err = both(ctx, tx, r)
		}
		if err == nil {
			err = y.released(ctx, tx, r)
		}
		return err
	})
}

// theRule reads one rule; fault.NotFound when there is none.
func theRule(ctx context.Context, db finder, kind record.Kind, other record.ConnectionID) (authority.Rule, error) {
	list, err := authorities(ctx, db, "WHERE a.kind = ? AND a.other_id = ?", kind, other)
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return authority.Rule{}, err
	}
	return list[0], nil
}

// proper completes a rule with names, or says what is wrong with it.
func (y *System) proper(ctx context.Context, r *authority.Rule) error {
	if !slices.Contains(authority.Kinds, r.Kind) || r.Authority == r.Other || r.Alone != authority.Shown && r.Alone != authority.Held {
		return fault.New(fault.Invalid, "Choose which of two connections is the authority, and what becomes of what only the other one has.")
	}
	a, err := y.Connection(ctx, r.Authority)
	if err != nil {
		return err
	}
	o, err := y.Connection(ctx, r.Other)
	r.AuthorityName, r.OtherName = a.Name, o.Name
	return err
}

// both keeps everybody else from writing records of the two connections, in the order
// in which every transaction takes them.
func both(ctx context.Context, tx *scoped.Tx, r authority.Rule) error {
	one, other, _ := sides(r)
	err := alone(ctx, tx, one)
	if err == nil {
		err = alone(ctx, tx, other)
	}
	if err == nil {
		err = besides(ctx, tx)
	}
	return err
}

// compared settles a rule for every account that the other connection has records of.
func (y *System) compared(ctx context.Context, tx *scoped.Tx, r authority.Rule) error {
	accounts, err := holders(ctx, tx, r.Kind, r.Other)
	if err != nil {
		return err
	}
	s, err := recompare(ctx, tx, r, accounts)
	if err != nil {
		return err
	}
	return appeared(ctx, tx, r.Kind, s.changed, y.now())
}

// released ends a rule: what was a copy is a record of its own again.
func (y *System) released(ctx context.Context, tx *scoped.Tx, r authority.Rule) error {
	var accounts []record.AccountID
	if err := tx.Find(ctx, &accounts, scoped.System+`SELECT DISTINCT account_id FROM records WHERE kind = ? AND connection_id = ?
		AND (copy_of IS NOT NULL OR hidden = 'linked')`, r.Kind, r.Other); err != nil {
		return fault.At("list accounts with copies", err)
	}
	if _, err := tx.Run(ctx, scoped.System+`UPDATE records SET copy_of = NULL, hidden = CASE WHEN hidden = 'linked' THEN '' ELSE hidden END
		WHERE kind = ? AND connection_id = ? AND (copy_of IS NOT NULL OR hidden = 'linked')`, r.Kind, r.Other); err != nil {
		return fault.At("release copies", err)
	}
	if _, err := tx.Run(ctx, "DELETE FROM authorities WHERE kind = ? AND other_id = ?", r.Kind, r.Other); err != nil {
		return fault.At("end authority", err)
	}
	return appeared(ctx, tx, r.Kind, accounts, y.now())
}

// mostPairs is how many pairs one form decides.
const mostPairs = 1000

// Decide says of pairs whether they are the same thing, and attaches or detaches them
// at once. A thing is attached to one of the authority: the newest word counts.
func (y *System) Decide(ctx context.Context, kind record.Kind, other record.ConnectionID, said authority.Said, pairs ...authority.Pair) error {
	if len(pairs) == 0 || len(pairs) > mostPairs || !slices.Contains(authority.Saids, said) {
		return fault.New(fault.Invalid, "Choose what belongs together.")
	}
	var told []string
	for _, p := range pairs {
		told = append(told, p.Other+" = "+p.Authority)
	}
	e := administered(audit.AuthorityDecided, y.now(), other.String(), "kind", string(kind), "said", string(said), "count", strconv.Itoa(len(pairs)), "pairs", strings.Join(told, "; "))
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		r, err := theRule(ctx, tx, kind, other)
		if err == nil {
			err = both(ctx, tx, r)
		}
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := y.say(ctx, tx, r, p, said); err != nil {
				return err
			}
		}
		return y.compared(ctx, tx, r)
	})
}

func (y *System) say(ctx context.Context, tx *scoped.Tx, r authority.Rule, p authority.Pair, said authority.Said) error {
	one, other, otherFirst := sides(r)
	first, second, mine := p.Authority, p.Other, "other_external"
	if otherFirst {
		first, second, mine = p.Other, p.Authority, "one_external"
	}
	if said == authority.Same { // of one thing one other is the same
		if _, err := tx.Run(ctx, "DELETE FROM sameness WHERE kind = ? AND one_id = ? AND other_id = ? AND "+mine+" = ? AND same", r.Kind, one, other, p.Other); err != nil {
			return fault.At("forget what was the same", err)
		}
	}
	if said == authority.Unsaid {
		_, err := tx.Run(ctx, "DELETE FROM sameness WHERE kind = ? AND one_id = ? AND other_id = ? AND one_external = ? AND other_external = ?", r.Kind, one, other, first, second)
		return fault.At("take back what was said", err)
	}
	_, err := tx.Run(ctx, `INSERT INTO sameness (kind, one_id, other_id, one_external, other_external, same, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, one_id, other_id, one_external, other_external) DO UPDATE SET same = excluded.same, decided_at = excluded.decided_at`,
		r.Kind, one, other, first, second, said == authority.Same, at(y.now()))
	return fault.At("say what is the same", err)
}

// AttachSure attaches everything that waits and whose key only those two have, and
// says how much that was.
func (y *System) AttachSure(ctx context.Context, kind record.Kind, other record.ConnectionID) (int, error) {
	r, err := theRule(ctx, y.db, kind, other)
	if err != nil {
		return 0, err
	}
	all, _, err := y.verdicts(ctx, r)
	if err != nil {
		return 0, err
	}
	var pairs []authority.Pair
	for _, v := range all {
		if v.State == authority.Waiting && v.Sure {
			pairs = append(pairs, authority.Pair{Other: v.External, Authority: v.Of.External})
		}
	}
	for part := range slices.Chunk(pairs, mostPairs) {
		if err := y.Decide(ctx, kind, other, authority.Same, part...); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}
