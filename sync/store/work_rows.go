package store

import (
	"context"
	"encoding/json"
	"strings"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
	"portico/sync/work"
)

// company is the name of the account that a row of t is in.
func company(t string) string {
	return "(SELECT a.name FROM accounts a WHERE a.id = " + t + ".account_id)"
}

// sinceTicket is spelled as the index of the queue is.
const sinceTicket = "coalesce(r.turn_since, r.sort_at)"

// openTicket keeps a plan away from everything that is finished.
const openTicket = "r.kind = 'ticket' AND r.copy_of IS NULL AND r.state NOT IN ('resolved', 'closed', 'cancelled')"

var workTicket = scoped.NewColumns("r.account_id", company("r"), "r.id", "r.number", "r.title", sinceTicket, "r.due_at", "r.person",
	"r.label", "r.explanation", "r.connection_id", "r.external_id", "r.status_raw", "r.reread_at", "r.url", "r.hidden <> ''")

func (f *Staff) tickets(s access.Scope, q work.Query, turn record.Turn, from mark, limit int, out *[]work.Item, fresh []record.Freshness) scoped.Query {
	var c conditions
	reach, args := f.within(s, "r")
	c.and("r.turn = ?", turn)
	c.and(reach, args...)
	f.mineOrLate(&c, s, q)
	order := f.narrow(&c, q, "r", sinceTicket, from, limit)
	return scoped.Query{Columns: workTicket, Rest: "FROM records AS r WHERE " + openTicket + c.where.String() + order, Args: c.args, Row: func(v *scoped.Fields) {
		var row record.Row
		i := work.Item{Kind: work.Ticket, Turn: turn}
		i.Account.UUID, i.Company, i.ID, i.Number, i.Title = v.ID(), v.Text(), v.ID().String(), v.Text(), v.Text()
		i.Since, i.Due, i.Owner, i.Label, i.Explanation = v.Time(), v.Time(), v.Text(), v.Text(), v.Text()
		row.Kind, row.Stamp.Connection.UUID, row.Stamp.External, row.Stamp.Raw = record.KindTicket, v.ID(), v.Text(), v.Text()
		row.Stamp.ReadAt, row.Stamp.URL, i.Hidden = v.Time(), v.Text(), v.Bool()
		stamp(&row, fresh)
		i.Stamp = row.Stamp
		*out = append(*out, i)
	}}
}

// mineOrLate narrows requests to what the viewer handles, who has a name at the
// source, and to what is past its date.
func (f *Staff) mineOrLate(c *conditions, s access.Scope, q work.Query) {
	if q.Mine {
		c.and("r.person <> '' AND r.person = ?", s.Name())
	}
	if q.Late {
		c.and("r.due_at < ?", at(f.now()))
	}
}

var workApproval = scoped.NewColumns("p.account_id", company("p"), "p.id", "p.number", "p.title", "p.changed_at", "p.due_at", "p.asker", "p.roles", "p.nudged_on")

func (f *Staff) questions(s access.Scope, q work.Query, from mark, limit int, out *[]work.Item) scoped.Query {
	var c conditions
	reach, args := f.within(s, "p")
	c.and(reach, args...)
	if q.Mine {
		c.and("p.asker_id = ?", s.User())
	}
	if q.Late {
		c.and("p.due_at < ?", at(f.now()))
	}
	order := f.narrow(&c, q, "p", "p.changed_at", from, limit)
	return scoped.Query{Columns: workApproval, Rest: "FROM approvals AS p WHERE p.state = 'open'" + c.where.String() + order, Args: c.args, Row: func(v *scoped.Fields) {
		i := work.Item{Kind: work.Approval, Turn: record.TurnClient}
		i.Account.UUID, i.Company, i.ID, i.Number, i.Title = v.ID(), v.Text(), v.ID().String(), v.Text(), v.Text()
		i.Since, i.Due = v.Time(), v.Time()
		var asker approval.Person
		if err := json.Unmarshal(v.Bytes(), &asker); err == nil { // else nobody is named
			i.Owner = asker.Display()
		}
		for role := range strings.FieldsSeq(v.Text()) {
			i.Roles = append(i.Roles, access.Role(role))
		}
		i.Nudged = v.Text()
		*out = append(*out, i)
	}}
}

// stuckActions is spelled as their index is.
const stuckActions = "x.state IN ('dead', 'conflict')"

var workAction = scoped.NewColumns("x.account_id", company("x"), "x.id", "x.external_id", "x.kind", "x.state", "x.changed_at", "x.target_id", "x.reason", "x.actor", "x.input")

func (f *Staff) stuck(s access.Scope, q work.Query, state string, turn record.Turn, from mark, limit int, out *[]work.Item) scoped.Query {
	var c conditions
	reach, args := f.within(s, "x")
	c.and("x.state = '" + state + "'")
	c.and(reach, args...)
	order := f.narrow(&c, q, "x", "x.changed_at", from, limit)
	return scoped.Query{Columns: workAction, Rest: "FROM actions AS x WHERE " + stuckActions + c.where.String() + order, Args: c.args, Row: func(v *scoped.Fields) {
		i := work.Item{Kind: work.Action, Turn: turn}
		i.Account.UUID, i.Company, i.ID, i.Number = v.ID(), v.Text(), v.ID().String(), v.Text()
		i.Asked, i.State, i.Since = action.Kind(v.Text()), action.State(v.Text()), v.Time()
		i.Target.UUID, i.Reason = v.ID(), v.Text()
		var by action.Actor
		var in action.Input
		if err := json.Unmarshal(v.Bytes(), &by); err == nil {
			i.Owner = by.Name
		}
		if err := json.Unmarshal(v.Bytes(), &in); err == nil {
			i.Title = in.Subject
		}
		*out = append(*out, i)
	}}
}

var countFields = scoped.NewColumns("count(*)")

// counting counts everything that the viewer may see, each up to a bound.
func (f *Staff) counting(s access.Scope, out *work.Counts) []scoped.Query {
	var queries []scoped.Query
	count := func(from string, to *int, add func(n int), args ...any) {
		queries = append(queries, scoped.Query{Columns: countFields, Rest: few(from, work.MostCounted), Args: args, Row: func(v *scoped.Fields) {
			n := int(v.Int())
			if to != nil {
				*to = min(*to+n, work.MostCounted)
			}
			if add != nil {
				add(n)
			}
		}})
	}
	of := func(t record.Turn) func(int) {
		return func(n int) { out.Turns[t] = min(out.Turns[t]+n, work.MostCounted) }
	}
	r, reach := f.within(s, "r")
	for _, turn := range work.Turns {
		count("records AS r WHERE "+openTicket+" AND r.turn = ? AND "+r, nil, of(turn), append([]any{turn}, reach...)...)
	}
	p, reach := f.within(s, "p")
	asked := "approvals AS p WHERE p.state = 'open' AND " + p
	count(asked, &out.Asks, of(record.TurnClient), reach...)
	x, _ := f.within(s, "x")
	count("actions AS x WHERE "+stuckActions+" AND x.state = 'dead' AND "+x, nil, of(record.TurnProvider), reach...)
	count("actions AS x WHERE "+stuckActions+" AND x.state = 'conflict' AND "+x, nil, of(record.TurnClient), reach...)
	if s.Name() != "" {
		count("records AS r WHERE "+openTicket+" AND r.turn IN ('provider', 'client', 'third', 'nobody') AND r.person <> '' AND r.person = ? AND "+r, &out.Mine, nil, append([]any{s.Name()}, reach...)...)
	}
	count(asked+" AND p.asker_id = ?", &out.Mine, nil, append(reach[:len(reach):len(reach)], s.User())...)
	count("records AS r WHERE "+openTicket+" AND r.due_at < ? AND "+r, &out.Late, nil, append([]any{at(f.now())}, reach...)...)
	count(asked+" AND p.due_at < ?", &out.Late, nil, append(reach[:len(reach):len(reach)], at(f.now()))...)
	return queries
}

var deciderFields = scoped.NewColumns("n.approval_id", "n.name", "n.email")

// deciders names who may decide the approvals of a page.
func (f *Staff) deciders(ctx context.Context, s access.Scope, items []work.Item) error {
	var ids []string
	where := map[string]int{}
	for i, it := range items {
		if it.Kind == work.Approval {
			ids = append(ids, it.ID)
			where[it.ID] = i
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, arg := f.among(ids)
	reach, args := f.within(s, "n")
	rest := "FROM approval_people AS n WHERE " + reach + " AND n.approval_id IN (" + list + ") ORDER BY n.name, n.user_id"
	err := f.across.Read(ctx, scoped.Query{Columns: deciderFields, Rest: rest, Args: append(args, arg), Row: func(v *scoped.Fields) {
		id, p := v.ID().String(), approval.Person{Name: v.Text(), Email: v.Text()}
		if i, ok := where[id]; ok {
			items[i].People = append(items[i].People, p.Display())
		}
	}})
	return fault.At("read who may decide", err)
}

// allFreshness appends how current every stream is.
func allFreshness(out *[]record.Freshness) scoped.Query {
	q := freshnessQuery(record.AccountID{}, out)
	q.Rest, q.Args = "FROM streams s JOIN connections c ON c.id = s.connection_id ORDER BY s.connection_id, s.position", nil
	return q
}
