package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/store/internal/scoped"
)

// oweEndpoints owes every administrator a mail about an endpoint that was switched
// off by its answers, in the transaction that takes the event. Whether it is still
// off is found out when the mail is sent. Nothing is owed while everything is held.
func oweEndpoints(ctx context.Context, tx *scoped.Tx, events []change.Event, now time.Time) error {
	var off []notice.Topic
	for _, e := range events {
		if e.Topic != change.EndpointOff {
			continue
		}
		for _, id := range e.IDs {
			off = append(off, notice.Topic{About: notice.OfEndpoint, Entry: id})
		}
	}
	if len(off) == 0 {
		return nil
	}
	slices.SortFunc(off, func(a, b notice.Topic) int { return strings.Compare(a.Entry, b.Entry) })
	held := false
	if err := tx.Find(ctx, &held, "SELECT EXISTS (SELECT 1 FROM hold)"); err != nil || held {
		return fault.At("look for a hold", err)
	}
	var users []string
	if err := tx.Find(ctx, &users, "SELECT id FROM users WHERE staff_role = ? AND NOT disabled ORDER BY id", access.Admin); err != nil {
		return fault.At("find administrators", err)
	}
	for _, user := range users {
		for _, topic := range off {
			text, err := json.Marshal([]notice.Topic{topic})
			if err != nil {
				return fault.Wrap(fault.Internal, "encode topic", err)
			}
			if _, err := tx.Run(ctx, "INSERT INTO mails (id, user_id, sort, topics, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
				notice.NewID(), user, notice.EndpointOff, string(text), at(now), at(now)); err != nil {
				return fault.At("owe a mail about an endpoint", err)
			}
		}
	}
	return nil
}

// OffEndpoint returns an endpoint that a person is to hear of: it is off, and they
// still look after this Portico. Otherwise it is fault.NotFound.
func (y *System) OffEndpoint(ctx context.Context, user string, id delivery.EndpointID) (delivery.Endpoint, error) {
	var there int
	if err := y.db.Find(ctx, &there, "SELECT count(*) FROM users WHERE id = ? AND staff_role = ? AND NOT disabled", user, access.Admin); err != nil {
		return delivery.Endpoint{}, fault.At("look for an administrator", err)
	}
	e, err := y.Endpoint(ctx, id)
	if err == nil && (there == 0 || e.Enabled) {
		err = noEndpoint()
	}
	return e, err
}
