// Package change is what happened, told to whoever must follow it up: relay,
// workers, open pages. An event names things by id and carries no content, so
// that it may cross process borders and logs.
package change

import (
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
)

// Topic names a kind of event.
type Topic string

// The catalogue.
const (
	ActionDue      Topic = "action.due"      // an action may be able to move
	ActionMoved    Topic = "action.moved"    // an action changed its state
	RecordsChanged Topic = "records.changed" // records of one account and kind changed
	ApprovalAsked  Topic = "approval.asked"  // somebody is asked to decide: a question, or a new version of it
	ApprovalMoved  Topic = "approval.moved"  // an approval was decided or taken back
	EndpointOff    Topic = "endpoint.off"    // a webhook endpoint was switched off because it fails; ids: endpoint
	// Missed is never stored: a subscriber that was too slow is told with it
	// that anything may have changed since the event before.
	Missed Topic = "missed"
)

// Event is one outbox row.
type Event struct {
	ID      string           `json:"id"` // UUIDv7
	Topic   Topic            `json:"topic"`
	At      time.Time        `json:"at"`
	Account record.AccountID `json:"account"`
	Kind    record.Kind      `json:"kind,omitempty"`
	// IDs are the records or actions concerned, at most 200; Many says there were more.
	IDs  []string `json:"ids,omitempty"`
	Many bool     `json:"many,omitempty"`
	// New are those of IDs that appeared, and were not only changed.
	New []string `json:"new,omitempty"`
	// Quiet says that nothing happened in the source: a first pull, a backfill or
	// a re-read brought these here. Pages show them, nobody is notified.
	Quiet bool `json:"quiet,omitempty"`
}

// MaxIDs is how many ids one event names.
const MaxIDs = 200

// New returns an event with a fresh id.
func New(topic Topic, at time.Time, account record.AccountID, kind record.Kind, ids ...string) Event {
	e := Event{ID: uuid.Must(uuid.NewV7()).String(), Topic: topic, At: at.UTC(), Account: account, Kind: kind}
	if len(ids) > MaxIDs {
		ids, e.Many = ids[:MaxIDs], true
	}
	e.IDs = ids
	return e
}
