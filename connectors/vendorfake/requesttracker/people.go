package requesttracker

import (
	"fmt"
	"time"
)

// What people and other programs do in the system, beside the interface.
// An unknown ticket or user is a mistake in a test and panics.

// Reply adds a public message to a ticket and returns its transaction.
func (f *Fake) Reply(ticket int, by, text string, files ...File) int {
	defer f.change()()
	return f.say(f.mustTicket(ticket), by, false, body(text, false), files, f.now()).ID
}

// Comment adds an internal message to a ticket and returns its transaction.
func (f *Fake) Comment(ticket int, by, text string, files ...File) int {
	defer f.change()()
	return f.say(f.mustTicket(ticket), by, true, body(text, false), files, f.now()).ID
}

// SetStatus changes the status of a ticket. It may be "deleted", which hides
// the ticket from lists without a trace there.
func (f *Fake) SetStatus(ticket int, by, status string) {
	defer f.change()()
	f.setStatus(f.mustTicket(ticket), status, by, f.now())
}

// Delete hides a ticket from every list, as its status "deleted" does.
func (f *Fake) Delete(ticket int) { f.SetStatus(ticket, system, "deleted") }

// Merge makes one ticket part of another: its id leaves the lists and reads as
// the other one.
func (f *Fake) Merge(ticket, into int, by string) {
	defer f.change()()
	f.merge(f.mustTicket(ticket), f.mustTicket(into), by, f.now())
}

// Refer links a ticket to an asset.
func (f *Fake) Refer(ticket, asset int, by string) {
	defer f.change()()
	f.link(f.mustTicket(ticket), link{"RefersTo", fmt.Sprintf("asset:%d", asset)}, by, f.now())
}

// SetSubject changes what a ticket is called.
func (f *Fake) SetSubject(ticket int, by, subject string) {
	defer f.change()()
	t := f.mustTicket(ticket)
	old := t.Subject
	t.Subject = subject
	f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "Set", Field: "Subject", Old: old, New: subject, Creator: by, Created: f.now()})
}

// SetField changes a custom field of a ticket, also to a value that its select
// list did not have.
func (f *Fake) SetField(ticket int, by, name, value string) {
	defer f.change()()
	t := f.mustTicket(ticket)
	old := t.Fields[name]
	f.seedFields(t.Fields, map[string]string{name: value}, "RT::Queue-RT::Ticket")
	cf := f.fieldNamed(name, "RT::Queue-RT::Ticket")
	f.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "CustomField", Field: fmt.Sprint(cf.ID), Old: old, New: value, Creator: by, Created: f.now()})
}

// SetAssetField changes a custom field of an asset.
func (f *Fake) SetAssetField(id int, by, name, value string) {
	defer f.change()()
	a := f.assetByID(id)
	if a == nil {
		panic(fmt.Sprintf("requesttracker: no asset %d", id))
	}
	old := a.Fields[name]
	f.seedFields(a.Fields, map[string]string{name: value}, "RT::Catalog-RT::Asset")
	cf := f.fieldNamed(name, "RT::Catalog-RT::Asset")
	f.record(transaction{ObjectType: onAsset, ObjectID: a.ID, Type: "CustomField", Field: fmt.Sprint(cf.ID), Old: old, New: value, Creator: by, Created: f.now()})
}

// DeleteAsset hides an asset from every list.
func (f *Fake) DeleteAsset(id int) {
	defer f.change()()
	a := f.assetByID(id)
	if a == nil {
		panic(fmt.Sprintf("requesttracker: no asset %d", id))
	}
	f.setAssetStatus(a, "deleted", system)
}

// Begin starts a public reply that takes its transaction id and its time now,
// and returns what makes it visible: a write that commits late, behind others
// that began after it.
func (f *Fake) Begin(ticket int, by, text string) (commit func()) {
	f.mu.Lock()
	t, at, id := f.mustTicket(ticket), f.now(), f.db.NextTransaction
	f.db.NextTransaction++
	f.mu.Unlock()
	return func() {
		defer f.change()()
		tx := f.record(transaction{ID: id, ObjectType: onTicket, ObjectID: t.ID, Type: "Correspond", Data: noSubject, Creator: by, Created: at})
		f.attach(tx, "", body(text, false), nil)
	}
}

// SetToken makes a token that of a user; no user ends it.
func (f *Fake) SetToken(token, user string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if user == "" {
		delete(f.tokens, token)
		return
	}
	f.tokens[token] = user
}

// change takes the lock and returns what ends a change: save, then unlock.
func (f *Fake) change() func() {
	f.mu.Lock()
	return func() {
		defer f.mu.Unlock()
		if err := f.save(); err != nil {
			f.log.Error("save the fake's state", "error", err)
		}
	}
}

func (f *Fake) ticketByID(id int) *ticket {
	if id < 1 || id > len(f.db.Tickets) {
		return nil
	}
	return f.db.Tickets[id-1] // ids have no gaps
}

func (f *Fake) mustTicket(id int) *ticket {
	t := f.ticketByID(id)
	if t == nil {
		panic(fmt.Sprintf("requesttracker: no ticket %d", id))
	}
	return t
}

func (f *Fake) assetByID(id int) *asset {
	if id < 1 || id > len(f.db.Assets) {
		return nil
	}
	return f.db.Assets[id-1]
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
