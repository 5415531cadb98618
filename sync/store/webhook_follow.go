package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// followed are the events that endpoints may be told of.
var followed = []change.Topic{change.ActionMoved, change.RecordsChanged, change.ApprovalAsked, change.ApprovalMoved}

// owe writes the webhook messages that follow from events, and a delivery of
// each to every endpoint that wants it. It runs in the transaction that takes
// the events, so that none is taken without what it owes.
func owe(ctx context.Context, tx *scoped.Tx, events []change.Event, now time.Time) error {
	events = slices.DeleteFunc(slices.Clone(events), func(e change.Event) bool {
		return e.Quiet || !slices.Contains(followed, e.Topic)
	})
	if len(events) == 0 {
		return nil
	}
	endpoints, err := listening(ctx, tx)
	if err != nil || len(endpoints) == 0 {
		return err
	}
	f := &follower{tx: tx, endpoints: endpoints, said: map[string]bool{}}
	for _, e := range events {
		switch e.Topic {
		case change.ActionMoved:
			err = f.action(ctx, e)
		case change.RecordsChanged:
			err = f.records(ctx, e)
		default:
			err = f.approvals(ctx, e)
		}
		if err != nil {
			return fault.At("follow event "+e.ID, err)
		}
	}
	return insertMessages(ctx, tx, f.messages, now)
}

// listening are the endpoints that are on, with what they want.
func listening(ctx context.Context, tx *scoped.Tx) ([]delivery.Endpoint, error) {
	var rows []endpointRow
	if err := tx.Find(ctx, &rows, selectEndpoint+"WHERE enabled"); err != nil {
		return nil, fault.At("list endpoints", err)
	}
	return endpointsOf(rows), nil
}

// follower turns events into messages within one transaction.
type follower struct {
	tx        *scoped.Tx
	endpoints []delivery.Endpoint
	messages  []owed
	said      map[string]bool // keys of messages
}

// wanted reports whether anybody is told of such a message.
func (f *follower) wanted(t delivery.Type, a record.AccountID) bool {
	return slices.ContainsFunc(f.endpoints, func(e delivery.Endpoint) bool { return e.Wants(t, a) })
}

// say owes a message to every endpoint that wants it, once per key.
func (f *follower) say(key string, m delivery.Message) {
	if f.said[key] {
		return
	}
	f.said[key] = true
	o := owed{key: key, message: m}
	for _, e := range f.endpoints {
		if e.Wants(m.Type, m.Account) {
			o.to = append(o.to, e.ID)
		}
	}
	f.messages = append(f.messages, o)
}

// action follows an action that has come to an end. Its state is read now:
// several moves may have been committed since the event.
func (f *follower) action(ctx context.Context, e change.Event) error {
	if !slices.ContainsFunc(endings, func(t delivery.Type) bool { return f.wanted(t, e.Account) }) {
		return nil
	}
	for _, id := range e.IDs {
		var rows []actionRow
		err := f.tx.Find(ctx, &rows, "SELECT "+actionColumns+" FROM actions AS a WHERE account_id = ? AND id = ?", e.Account, id)
		if err != nil {
			return fault.At("read action", err)
		}
		for _, r := range rows {
			if err := f.ended(e.Account, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// endings are what is said of an action, which has one end.
var endings = []delivery.Type{delivery.ActionConfirmed, delivery.ActionRefused, delivery.ActionWithdrawn}

func (f *follower) ended(account record.AccountID, r actionRow) error {
	t := delivery.ActionConfirmed
	switch r.State {
	case action.Confirmed:
	case action.Refused:
		t = delivery.ActionRefused
	case action.Withdrawn:
		t = delivery.ActionWithdrawn
	default:
		return nil
	}
	a, err := r.action()
	if err != nil {
		return err
	}
	m, err := delivery.ForAction(t, a.Ended, account, delivery.Action{ID: a.ID.String(), Ref: a.Ref, Kind: string(a.Kind), State: string(a.State),
		By: a.Actor.Name, Connection: a.Connection, Record: a.Target, External: a.External, Reference: a.Reference, Reason: a.Reason,
		Recorded: a.Recorded, Ended: a.Ended})
	if err != nil || !f.wanted(t, account) {
		return err
	}
	f.say(string(t)+" "+a.ID.String(), m)
	return nil
}

// followColumns are what a message says about a record; none is what people wrote.
const followColumns = `id, connection_id, external_id, parent_id, number, title, person, status_raw, state, label, turn, due_at, created_at, updated_at`

type followRow struct {
	ID           record.ID
	ConnectionID record.ConnectionID
	ExternalID   string
	ParentID     record.ID
	Number       string
	Title        string
	Person       string
	StatusRaw    string
	State        record.State
	Label        string
	Turn         record.Turn
	DueAt        moment
	CreatedAt    moment
	UpdatedAt    moment
}

func (r followRow) record() delivery.Record {
	return delivery.Record{ID: r.ID, Connection: r.ConnectionID, External: r.ExternalID, Parent: r.ParentID, Number: r.Number, Title: r.Title,
		Person: r.Person, Status: r.StatusRaw, State: r.State, Label: r.Label, Turn: r.Turn, Due: r.DueAt.Time, Created: r.CreatedAt.Time, Updated: r.UpdatedAt.Time}
}

// records follows records that changed, as they are now.
func (f *follower) records(ctx context.Context, e change.Event) error {
	changed := f.wanted(delivery.RecordChanged, e.Account)
	created := e.Kind == record.KindTicket && len(e.New) > 0 && f.wanted(delivery.TicketCreated, e.Account)
	if !changed && !created {
		return nil
	}
	var rows []followRow
	err := f.tx.Find(ctx, &rows, "SELECT "+followColumns+` FROM records WHERE account_id = ? AND id IN (?) AND hidden = ''
		AND NOT EXISTS (SELECT 1 FROM records AS above WHERE above.account_id = ? AND above.id = records.parent_id AND above.hidden <> '')`, e.Account, bun.List(e.IDs), e.Account)
	if err != nil {
		return fault.At("read changed records", err)
	}
	here := make(map[string]delivery.Record, len(rows))
	for _, r := range rows {
		here[r.ID.String()] = r.record()
	}
	if created {
		if err := f.created(e, here); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return f.changed(e, here)
}

func (f *follower) created(e change.Event, here map[string]delivery.Record) error {
	for _, id := range e.New {
		r, ok := here[id]
		if !ok { // it has left again
			continue
		}
		m, err := delivery.ForTicket(e.At, e.Account, r)
		if err != nil {
			return err
		}
		f.say(string(delivery.TicketCreated)+" "+e.Account.String()+" "+id, m)
	}
	return nil
}

func (f *follower) changed(e change.Event, here map[string]delivery.Record) error {
	list, listed := make([]delivery.Record, 0, len(e.IDs)), make(map[string]bool, len(e.IDs))
	for _, id := range e.IDs {
		if listed[id] { // it was moved and changed
			continue
		}
		listed[id] = true
		r, ok := here[id]
		if !ok {
			parsed, err := record.ParseID(id)
			if err != nil {
				return fault.Wrap(fault.Internal, "read event", err)
			}
			r = delivery.Record{ID: parsed, Deleted: true}
		}
		list = append(list, r)
	}
	messages, err := delivery.ForRecords(e.At, e.Account, e.Kind, list, e.Many)
	if err != nil {
		return err
	}
	for i, m := range messages {
		f.say(fmt.Sprintf("%s %s %d", delivery.RecordChanged, e.ID, i), m)
	}
	return nil
}
