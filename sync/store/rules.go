package store

import (
	"context"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
	"portico/sync/visibility"
)

type ruleRow struct {
	ID           string
	ConnectionID record.ConnectionID
	System       string
	Kind         record.Kind
	Field, Value string
	CreatedAt    moment
	Hidden       int
}

func (r ruleRow) rule() visibility.Rule {
	return visibility.Rule{ID: r.ID, Connection: r.ConnectionID, System: r.System, Kind: r.Kind, Field: r.Field, Value: r.Value, Created: r.CreatedAt.Time, Hidden: r.Hidden}
}

const selectRules = `SELECT u.id, u.connection_id, c.name AS system, u.kind, u.field, u.value, u.created_at FROM rules u JOIN connections c ON c.id = u.connection_id `

func rules(ctx context.Context, db finder, where string, args ...any) ([]visibility.Rule, error) {
	var rows []ruleRow
	err := db.Find(ctx, &rows, selectRules+where+" ORDER BY c.name, u.created_at, u.id", args...)
	out := make([]visibility.Rule, len(rows))
	for i, r := range rows {
		out[i] = r.rule()
	}
	return out, fault.At("read visibility rules", err)
}

// Rules lists what clients do not see, with how many records each rule hides.
func (y *System) Rules(ctx context.Context, s access.Scope) ([]visibility.Rule, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	list, err := rules(ctx, y.db, "")
	if err != nil {
		return nil, err
	}
	var counts []struct {
		Hidden string
		N      int
	}
	if err := y.db.Find(ctx, &counts, scoped.System+"SELECT hidden, count(*) AS n FROM records WHERE hidden <> '' GROUP BY hidden"); err != nil {
		return nil, fault.At("count hidden records", err)
	}
	for _, c := range counts {
		for i := range list {
			if list[i].ID == c.Hidden {
				list[i].Hidden = c.N
			}
		}
	}
	return list, nil
}

// PreviewRule says what a change of the rules would do now.
func (y *System) PreviewRule(ctx context.Context, s access.Scope, c visibility.Change) (visibility.Preview, error) {
	if err := access.Administer(s); err != nil {
		return visibility.Preview{}, err
	}
	target, after, err := afterwards(ctx, y.db, c)
	if err != nil {
		return visibility.Preview{Rule: target}, err
	}
	return previewed(ctx, y.db, target, after)
}

// ChangeRule makes a rule or takes one away. Records that are here and the rules
// that a pull reads change in one transaction, so that at no moment more is seen
// than before and after. A rule that leaves nothing to see has to be confirmed by
// the connection's name (fault.Invalid with the field confirm).
func (y *System) ChangeRule(ctx context.Context, s access.Scope, c visibility.Change, from action.Origin) (p visibility.Preview, err error) {
	if err := access.Administer(s); err != nil {
		return p, err
	}
	now := y.now().UTC()
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		target, after, err := afterwards(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := alone(ctx, tx, target.Connection); err != nil {
			return err
		}
		sources, err := concerned(ctx, tx, target.Connection)
		if err != nil {
			return err
		}
		if p, err = previewed(ctx, tx, target, after); err != nil {
			return err
		}
		if p.Everything() && strings.TrimSpace(c.Confirm) != target.System {
			return fault.New(fault.Invalid, "Nothing would be left to see, so this has to be confirmed.").Field("confirm", "Type the name of the connection exactly.")
		}
		what := "removed"
		if c.Remove != "" {
			_, err = tx.Run(ctx, "DELETE FROM rules WHERE id = ?", c.Remove)
		} else {
			what = "made"
			_, err = tx.Run(ctx, "INSERT INTO rules (id, connection_id, kind, field, value, created_at) VALUES (?, ?, ?, ?, ?, ?)",
				target.ID, target.Connection, target.Kind, target.Field, target.Value, at(now))
		}
		if err != nil {
			return fault.At("change visibility rule", err)
		}
		if err := rehide(ctx, tx, target, after, now); err != nil {
			return err
		}
		if err := recopy(ctx, tx, target, sources); err != nil {
			return err
		}
		e := audit.New(audit.VisibilityChanged, now, s.User(), target.ID)
		e.Facts = pairs([]string{"rule", what, "connection", target.Connection.String(), "kind", string(target.Kind), "field", target.Field, "value", target.Value})
		e.Personal = map[string]string{"name": s.Name(), "mail": s.Email(), "ip": from.IP, "agent": from.Agent}
		return leave(ctx, tx, e)
	})
	return p, err
}

// afterwards returns the rule that a change is about, and the rules of its connection
// and kind as they are afterwards.
func afterwards(ctx context.Context, db finder, c visibility.Change) (target visibility.Rule, after []visibility.Rule, err error) {
	if c.Remove != "" {
		list, err := rules(ctx, db, "WHERE u.id = ?", c.Remove)
		if err == nil && len(list) == 0 {
			err = notFound()
		}
		if err != nil {
			return target, nil, err
		}
		target = list[0]
	} else {
		if target = c.Add; !target.Known() || plain(target.Value) != target.Value {
			return target, nil, fault.New(fault.Invalid, "Please correct what is marked.").Field("field", "Choose what the rule asks for.")
		}
		var rows []struct{ Name string }
		err := db.Find(ctx, &rows, "SELECT name FROM connections WHERE id = ?", target.Connection)
		if err == nil && len(rows) == 0 {
			err = fault.New(fault.Invalid, "Please correct what is marked.").Field("connection", "Choose one of the list.")
		}
		if err != nil {
			return target, nil, fault.At("look for a connection", err)
		}
		target.System = rows[0].Name
		if target.ID == "" {
			target.ID = record.NewID().String()
		}
	}
	have, err := rules(ctx, db, "WHERE u.connection_id = ? AND u.kind = ?", target.Connection, target.Kind)
	for _, r := range have {
		switch {
		case r.ID == c.Remove:
		case c.Remove == "" && r.Field == target.Field && r.Value == target.Value:
			return target, nil, fault.New(fault.Conflict, "There is such a rule already.")
		default:
			after = append(after, r)
		}
	}
	if c.Remove == "" {
		after = append(after, target)
	}
	return target, after, err
}

// verdict is the id of the rule that hides a record, as SQL.
func verdict(d scoped.Dialect, list []visibility.Rule) (expr string, args []any) {
	const otherwise = "CASE WHEN hidden = '" + linked + "' THEN hidden ELSE '' END" // which no rule decides
	if len(list) == 0 {
		return otherwise, nil
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, r := range list {
		field := "status_raw"
		if r.Field != "status" {
			field = bodyField(d, r.Field)
		}
		b.WriteString(" WHEN " + field + " = ? THEN ?")
		args = append(args, r.Value, r.ID)
	}
	b.WriteString(" ELSE " + otherwise + " END")
	return b.String(), args
}

// name is a field of ours; anything but lower-case letters is a defect.
func name(field string) string { return strings.Trim(quoted([]string{field}), "'") }

// judged are the records of a connection and kind, with what would hide them.
func judged(db dialected, target visibility.Rule, after []visibility.Rule) (from string, args []any) {
	expr, args := verdict(db.Dialect(), after)
	return "(SELECT account_id, number, title, sort_at, hidden, " + expr + " AS would FROM records WHERE connection_id = ? AND kind = ?) AS j",
		append(args, target.Connection, target.Kind)
}

// dialected reads from one kind of database.
type dialected interface {
	finder
	Dialect() scoped.Dialect
}

func previewed(ctx context.Context, db dialected, target visibility.Rule, after []visibility.Rule) (visibility.Preview, error) {
	p := visibility.Preview{Rule: target}
	from, args := judged(db, target, after)
	var sums []struct{ Hides, Shows, Rest, Accounts int }
	err := db.Find(ctx, &sums, scoped.System+`SELECT coalesce(sum(CASE WHEN hidden = '' AND would <> '' THEN 1 ELSE 0 END), 0) AS hides,
		coalesce(sum(CASE WHEN hidden <> '' AND would = '' THEN 1 ELSE 0 END), 0) AS shows, coalesce(sum(CASE WHEN would = '' THEN 1 ELSE 0 END), 0) AS rest,
		count(DISTINCT CASE WHEN (hidden = '') <> (would = '') THEN account_id END) AS accounts FROM `+from, args...)
	if err != nil {
		return p, fault.At("preview a visibility rule", err)
	}
	p.Hides, p.Shows, p.Left, p.Accounts = sums[0].Hides, sums[0].Shows, sums[0].Rest, sums[0].Accounts
	err = db.Find(ctx, &p.Samples, scoped.System+`SELECT (SELECT a.name FROM accounts a WHERE a.id = j.account_id) AS company, number, title FROM `+from+
		" WHERE (hidden = '') <> (would = '') ORDER BY sort_at DESC LIMIT 5", args...)
	return p, fault.At("sample what a visibility rule is about", err)
}

// rehide writes the verdicts anew and tells the accounts that lose or gain by it,
// quietly: nothing happened there.
func rehide(ctx context.Context, tx *scoped.Tx, target visibility.Rule, after []visibility.Rule, now time.Time) error {
	from, args := judged(tx, target, after)
	var accounts []record.AccountID
	if err := tx.Find(ctx, &accounts, scoped.System+"SELECT DISTINCT account_id FROM "+from+" WHERE (hidden = '') <> (would = '') ORDER BY account_id", args...); err != nil {
		return fault.At("find who loses or gains by a rule", err)
	}
	expr, with := verdict(tx.Dialect(), after)
	all := append(append(append([]any{}, with...), target.Connection, target.Kind), with...)
	if _, err := tx.Run(ctx, scoped.System+"UPDATE records SET hidden = "+expr+" WHERE connection_id = ? AND kind = ? AND hidden <> "+expr, all...); err != nil {
		return fault.At("apply visibility rules", err)
	}
	events := make([]change.Event, len(accounts))
	for i, a := range accounts {
		events[i] = change.New(change.RecordsChanged, now, a, target.Kind)
		events[i].Quiet, events[i].Many = true, true
	}
	return emit(ctx, tx, events...)
}
