package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// owed is a message, what it says in short so that it is said once, and whom it
// is owed to.
type owed struct {
	key     string
	message delivery.Message
	to      []delivery.EndpointID
}

// owedRows is how many messages or deliveries one statement writes.
const owedRows = 100

// insertMessages stores messages that were not stored before, and their
// deliveries in the order of the list. Two transactions may owe the same
// messages at once: each waits for the other's keys, so that both must take them
// in one order.
func insertMessages(ctx context.Context, tx *scoped.Tx, list []owed, now time.Time) error {
	byKey := slices.SortedFunc(slices.Values(list), func(a, b owed) int { return strings.Compare(a.key, b.key) })
	isNew := make(map[delivery.MessageID]bool, len(list))
	for part := range slices.Chunk(byKey, owedRows) {
		args := make([]any, 0, 6*len(part))
		for _, o := range part {
			m := o.message
			args = append(args, m.ID, o.key, m.Type, m.Account, at(m.At), string(m.Payload))
		}
		var ids []delivery.MessageID
		err := tx.Find(ctx, &ids, "INSERT INTO webhook_messages (id, key, type, account_id, at, payload) VALUES "+values(6, len(part))+
			" ON CONFLICT (key) DO NOTHING RETURNING id", args...)
		if err != nil {
			return fault.At("store webhook messages", err)
		}
		for _, id := range ids {
			isNew[id] = true
		}
	}
	var rows []any
	for _, o := range list {
		if !isNew[o.message.ID] {
			continue
		}
		for _, e := range o.to {
			rows = append(rows, delivery.NewID(), e, o.message.ID, at(now), at(now))
		}
	}
	for part := range slices.Chunk(rows, 5*owedRows) {
		_, err := tx.Run(ctx, "INSERT INTO webhook_deliveries (id, endpoint_id, message_id, created_at, due_at) VALUES "+values(5, len(part)/5), part...)
		if err != nil {
			return fault.At("store webhook deliveries", err)
		}
	}
	return nil
}
