package requesttracker

import (
	"slices"
	"time"
)

// noSubject is what the original notes about a message without a subject.
const noSubject = "No Subject"

// text is the body of a message.
type text struct {
	content     string
	contentType string
}

func body(s string, html bool) text {
	if html {
		return text{s, "text/html"}
	}
	return text{s, "text/plain"}
}

// newTicket appends an empty ticket; its first transaction is the caller's.
func (f *Fake) newTicket(queueName, creator string, at time.Time) *ticket {
	q := f.queueNamed(queueName)
	if q == nil {
		panic("requesttracker: no queue " + queueName)
	}
	id := len(f.db.Tickets) + 1
	t := &ticket{
		ID: id, Effective: id, Queue: q.ID, Status: "new", Owner: nobody, Creator: creator, UpdatedBy: creator,
		Fields: map[string]string{}, Created: at, Updated: at,
	}
	f.db.Tickets = append(f.db.Tickets, t)
	return t
}

// record stores a transaction and dates its object. An id of 0 takes the next one.
func (f *Fake) record(tx transaction) *transaction {
	if tx.ID == 0 {
		tx.ID = f.db.NextTransaction
		f.db.NextTransaction++
	}
	stored := &tx
	at, _ := slices.BinarySearchFunc(f.db.Transactions, tx.ID, func(t *transaction, id int) int { return t.ID - id })
	f.db.Transactions = slices.Insert(f.db.Transactions, at, stored)
	f.history[objectKey{tx.ObjectType, tx.ObjectID}] = append(f.history[objectKey{tx.ObjectType, tx.ObjectID}], stored)
	switch tx.ObjectType {
	case onTicket:
		t := f.ticketByID(tx.ObjectID)
		t.Updated, t.UpdatedBy = f.touched(t.Updated, tx.Created), tx.Creator
	case onAsset:
		a := f.assetByID(tx.ObjectID)
		a.Updated, a.UpdatedBy = f.touched(a.Updated, tx.Created), tx.Creator
	}
	return stored
}

// say adds a message; a public one reopens what was new or finished and is mailed.
func (f *Fake) say(t *ticket, by string, private bool, b text, files []File, at time.Time) *transaction {
	if f.userNamed(by) == nil {
		panic("requesttracker: no user " + by)
	}
	t = f.ticketByID(t.Effective)
	kind := "Correspond"
	if private {
		kind = "Comment"
	}
	tx := f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: kind, Data: noSubject, Creator: by, Created: at})
	f.attach(tx, "", b, files)
	f.mailAfter(t, tx)
	if private {
		return tx
	}
	if !slices.Contains(t.Requestor, by) {
		t.Told = at
	}
	if !active(t.Status) {
		f.setStatus(t, "open", system, at)
	}
	return tx
}

// setStatus changes a status that was found valid.
func (f *Fake) setStatus(t *ticket, status, by string, at time.Time) {
	old := t.Status
	t.Status = status
	if old == "new" && t.Started.IsZero() && active(status) {
		t.Started = at
	}
	if inactive(status) && !inactive(old) {
		t.Resolved = at
	}
	f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "Status", Field: "Status", Old: old, New: status, Creator: by, Created: at})
}

func (f *Fake) setAssetStatus(a *asset, status, by string) {
	old := a.Status
	a.Status = status
	f.record(transaction{ObjectType: onAsset, ObjectID: a.ID, Type: "Status", Field: "Status", Old: old, New: status, Creator: by, Created: f.now()})
}

// link relates a ticket to a target and notes it.
func (f *Fake) link(t *ticket, l link, by string, at time.Time) {
	t.Links = append(t.Links, l)
	f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "AddLink", Field: l.Type, New: f.uri(l.Target), Creator: by, Created: at})
}

// merge makes t part of into. Its transactions stay its own; reads of its
// history show those of both.
func (f *Fake) merge(t, into *ticket, by string, at time.Time) {
	for _, other := range f.db.Tickets {
		if other.Effective == t.ID {
			other.Effective = into.ID
		}
	}
	for _, r := range t.Requestor {
		if !slices.Contains(into.Requestor, r) {
			into.Requestor = append(into.Requestor, r)
		}
	}
	for _, id := range []int{t.ID, into.ID} {
		f.record(transaction{ObjectType: onTicket, ObjectID: id, Type: "AddLink", Field: "MergedInto", New: f.uri(ticketTarget(into.ID)), Creator: by, Created: at})
	}
}

// Lifecycle "default" of the original.
func valid(status string) bool {
	return slices.Contains([]string{"new", "open", "stalled", "resolved", "rejected", "deleted"}, status)
}
func active(status string) bool   { return status == "open" || status == "stalled" }
func inactive(status string) bool { return valid(status) && status != "new" && !active(status) }

// Lifecycle "assets".
func validAsset(status string) bool {
	return slices.Contains([]string{"new", "allocated", "in-use", "recycled", "stolen", "deleted"}, status)
}

// touched is when a thing was last updated, after a change at a moment: that
// moment, even by a clock that was set back, as in the original. What is put in
// with a past of its own leaves the newest.
func (f *Fake) touched(before, at time.Time) time.Time {
	if f.now().Sub(at) < 2*time.Second {
		return at
	}
	return later(before, at)
}
