package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/authority"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
	"portico/sync/visibility"
)

// linked stands where the rule that hides a record stands: it is a copy of what
// another connection is the authority for, attached to it or waiting for a person.
const linked = "linked"

// accountsAtOnce is how many accounts' things are compared in one query.
const accountsAtOnce = 200

type authorityRow struct {
	Kind                     record.Kind
	AuthorityID, OtherID     record.ConnectionID
	AuthorityName, OtherName string
	Alone                    authority.Alone
	DecidedAt                moment
}

func (r authorityRow) rule() authority.Rule {
	return authority.Rule{Kind: r.Kind, Authority: r.AuthorityID, Other: r.OtherID, AuthorityName: r.AuthorityName, OtherName: r.OtherName,
		Alone: r.Alone, Decided: r.DecidedAt.Time}
}

func authorities(ctx context.Context, db finder, where string, args ...any) ([]authority.Rule, error) {
	var rows []authorityRow
	err := db.Find(ctx, &rows, `SELECT a.kind, a.authority_id, a.other_id, c.name AS authority_name, o.name AS other_name, a.alone, a.decided_at
		FROM authorities a JOIN connections c ON c.id = a.authority_id JOIN connections o ON o.id = a.other_id `+where+" ORDER BY a.kind, o.name, a.other_id", args...)
	out := make([]authority.Rule, len(rows))
	for i, r := range rows {
		out[i] = r.rule()
	}
	return out, fault.At("read authorities", err)
}

// besides lets one transaction at a time write what is compared with the records of
// another connection: two that do not see each other would both show the same thing.
// It is taken after the locks of connections and before any row.
func besides(ctx context.Context, tx *scoped.Tx) error {
	return fault.At("wait for other writers of linked sources", tx.Alone(ctx, "linked sources"))
}

// concerned reads the authorities that a connection has a part in, and has its other
// writers wait when there are any.
func concerned(ctx context.Context, tx *scoped.Tx, c record.ConnectionID) ([]authority.Rule, error) {
	list, err := authorities(ctx, tx, "WHERE a.authority_id = ? OR a.other_id = ?", c, c)
	if err == nil && len(list) > 0 {
		err = besides(ctx, tx)
	}
	return list, err
}

// touch remembers that records of a kind changed in an account, seen or not.
func (w *writer) touch(account record.AccountID, kind record.Kind) {
	if len(w.authorities) > 0 {
		w.touched[changedKey{account, kind}] = true
	}
}

// attach settles what was touched. Nobody is told of records that are copies.
func (w *writer) attach(ctx context.Context) error {
	for _, r := range w.authorities {
		var accounts []record.AccountID
		for key := range w.touched {
			if key.kind == r.Kind {
				accounts = append(accounts, key.account)
			}
		}
		s, err := recompare(ctx, w.tx, r, accounts)
		if err != nil {
			return err
		}
		for _, a := range s.changed {
			if key := (changedKey{a, r.Kind}); w.changed[key] == nil {
				w.quieted[key] = true
			}
		}
		for key, ids := range w.changed {
			if key.kind != r.Kind {
				continue
			}
			if w.changed[key] = slices.DeleteFunc(ids, func(id string) bool { return s.hidden[id] }); len(w.changed[key]) == 0 {
				delete(w.changed, key)
				w.quieted[key] = true
			}
		}
	}
	clear(w.touched)
	return nil
}

// settled is what a comparison came to.
type settled struct {
	hidden  map[string]bool    // records of the other connection that are none of their own
	changed []record.AccountID // where something appeared, disappeared or was attached
}

// recompare writes which records of the other connection are copies, as the records and
// the decisions are now.
func recompare(ctx context.Context, tx *scoped.Tx, r authority.Rule, accounts []record.AccountID) (settled, error) {
	out := settled{hidden: map[string]bool{}}
	slices.SortFunc(accounts, func(a, b record.AccountID) int { return strings.Compare(a.String(), b.String()) })
	for part := range slices.Chunk(slices.Compact(accounts), accountsAtOnce) {
		c, err := compare(ctx, tx, r, part)
		if err != nil {
			return out, err
		}
		for _, account := range part {
			changed := false
			for _, v := range c.settle(account) {
				was, is := c.was[v.ID], copied{}
				if v.Hidden(r.Alone) && c.shared[account] {
					is.hidden = linked
					out.hidden[v.ID.String()] = true
				}
				if v.State == authority.Linked {
					is.of = v.Of.ID
				}
				if was.hidden != "" && was.hidden != linked { // a rule hides it anyway
					is.hidden = was.hidden
				}
				if was == is {
					continue
				}
				changed = true
				if _, err := tx.Run(ctx, "UPDATE records SET hidden = ?, copy_of = ? WHERE account_id = ? AND id = ?", is.hidden, is.of, account, v.ID); err != nil {
					return out, fault.At("attach record", err)
				}
			}
			if changed {
				out.changed = append(out.changed, account)
			}
		}
	}
	return out, nil
}

// copied is what stands on a record about its being a copy.
type copied struct {
	hidden string
	of     record.ID
}

// compared is what two connections hold of a kind.
type compared struct {
	others, authority map[record.AccountID][]authority.Thing
	was               map[record.ID]copied
	shared            map[record.AccountID]bool // the authority knows the account
	decided           authority.Decisions
}

func (c compared) settle(account record.AccountID) []authority.Verdict {
	if !c.shared[account] {
		out := make([]authority.Verdict, len(c.others[account]))
		for i, t := range c.others[account] {
			out[i] = authority.Verdict{Thing: t, State: authority.Single}
		}
		return out
	}
	return authority.Settle(c.others[account], c.authority[account], c.decided)
}

type thingRow struct {
	AccountID                         record.AccountID
	ID                                record.ID
	ConnectionID                      record.ConnectionID
	ExternalID, Number, Title, Hidden string
	CopyOf                            record.ID
	KeyOne, KeyTwo, KeyThree          string
}

// compare reads what both connections hold of the kind in accounts.
func compare(ctx context.Context, db dialected, r authority.Rule, accounts []record.AccountID) (compared, error) {
	c := compared{others: map[record.AccountID][]authority.Thing{}, authority: map[record.AccountID][]authority.Thing{},
		was: map[record.ID]copied{}, shared: map[record.AccountID]bool{}}
	fields := authority.Fields(r.Kind)
	keys := ""
	for i, name := range []string{"key_one", "key_two", "key_three"} {
		expr := "''"
		if i < len(fields) {
			expr = "coalesce(" + bodyField(db.Dialect(), fields[i]) + ", '')"
		}
		keys += ", " + expr + " AS " + name
	}
	var rows []thingRow
	err := db.Find(ctx, &rows, scoped.System+"SELECT account_id, id, connection_id, external_id, number, title, hidden, copy_of"+keys+
		" FROM records WHERE account_id IN (?) AND kind = ? AND connection_id IN (?, ?) ORDER BY account_id, id", bun.List(accounts), r.Kind, r.Authority, r.Other)
	if err != nil {
		return c, fault.At("compare two connections", err)
	}
	var externals []string
	for _, row := range rows {
		values := []string{row.KeyOne, row.KeyTwo, row.KeyThree}
		t := authority.Thing{Account: row.AccountID, ID: row.ID, External: row.ExternalID, Number: row.Number, Title: row.Title,
			Key: authority.Key(values[:len(fields)]...)}
		if row.ConnectionID == r.Authority {
			c.authority[row.AccountID] = append(c.authority[row.AccountID], t)
			continue
		}
		c.others[row.AccountID] = append(c.others[row.AccountID], t)
		c.was[row.ID] = copied{row.Hidden, row.CopyOf}
		externals = append(externals, row.ExternalID)
	}
	var known []record.AccountID
	if err := db.Find(ctx, &known, "SELECT DISTINCT account_id FROM companies WHERE connection_id = ? AND account_id IN (?)", r.Authority, bun.List(accounts)); err != nil {
		return c, fault.At("look whom the authority knows", err)
	}
	for _, a := range known {
		c.shared[a] = true
	}
	c.decided, err = decisions(ctx, db, r, externals)
	return c, err
}

// bodyField is a field of the body, as SQL.
func bodyField(d scoped.Dialect, field string) string {
	if d == scoped.SQLite {
		return "json_extract(CAST(body AS TEXT), '$." + name(field) + "')"
	}
	return "(convert_from(body, 'UTF8')::json ->> '" + name(field) + "')"
}

// sides says whether the other connection of a rule comes first in sameness.
func sides(r authority.Rule) (one, other record.ConnectionID, otherFirst bool) {
	if strings.Compare(r.Other.String(), r.Authority.String()) < 0 {
		return r.Other, r.Authority, true
	}
	return r.Authority, r.Other, false
}

// decisions reads what people said of things of the other connection.
func decisions(ctx context.Context, db finder, r authority.Rule, externals []string) (authority.Decisions, error) {
	one, other, otherFirst := sides(r)
	column := "other_external"
	if otherFirst {
		column = "one_external"
	}
	out := authority.Decisions{}
	for part := range slices.Chunk(externals, 500) {
		var rows []struct {
			OneExternal, OtherExternal string
			Same                       bool
		}
		err := db.Find(ctx, &rows, "SELECT one_external, other_external, same FROM sameness WHERE kind = ? AND one_id = ? AND other_id = ? AND "+column+" IN (?)",
			r.Kind, one, other, bun.List(part))
		if err != nil {
			return nil, fault.At("read what is the same", err)
		}
		for _, row := range rows {
			p := authority.Pair{Other: row.OtherExternal, Authority: row.OneExternal}
			if otherFirst {
				p = authority.Pair{Other: row.OneExternal, Authority: row.OtherExternal}
			}
			out[p] = row.Same
		}
	}
	return out, nil
}

// appeared tells accounts that what they see has changed, quietly: nothing happened.
func appeared(ctx context.Context, tx *scoped.Tx, kind record.Kind, accounts []record.AccountID, now time.Time) error {
	events := make([]change.Event, len(accounts))
	for i, a := range accounts {
		events[i] = change.New(change.RecordsChanged, now, a, kind)
		events[i].Quiet, events[i].Many = true, true
	}
	return emit(ctx, tx, events...)
}

// holders are the accounts in which a connection has records of a kind.
func holders(ctx context.Context, db finder, kind record.Kind, c record.ConnectionID) ([]record.AccountID, error) {
	var out []record.AccountID
	err := db.Find(ctx, &out, scoped.System+"SELECT DISTINCT account_id FROM records WHERE kind = ? AND connection_id = ?", kind, c)
	return out, fault.At("list accounts of a connection", err)
}

// byName orders rules as pages show them.
func byName(a, b authority.Rule) int {
	return cmp.Or(slices.Index(authority.Kinds, a.Kind)-slices.Index(authority.Kinds, b.Kind), strings.Compare(a.OtherName, b.OtherName))
}

// resettle compares everything of an account that a connection has a part in.
func resettle(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, account record.AccountID, now time.Time) error {
	list, err := concerned(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, r := range list {
		s, err := recompare(ctx, tx, r, []record.AccountID{account})
		if err == nil {
			err = appeared(ctx, tx, r.Kind, s.changed, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// recopy marks copies again that a rule hid until now. Who sees a difference was told
// by the change of the rule.
func recopy(ctx context.Context, tx *scoped.Tx, target visibility.Rule, sources []authority.Rule) error {
	for _, r := range sources {
		if r.Kind != target.Kind || r.Other != target.Connection {
			continue
		}
		accounts, err := holders(ctx, tx, r.Kind, r.Other)
		if err == nil {
			_, err = recompare(ctx, tx, r, accounts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
