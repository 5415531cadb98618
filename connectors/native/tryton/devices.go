package tryton

import (
	"time"

	"portico/sync/record"
)

// devices are serial-numbered lots that a client has by a subscription. Of other
// lots Tryton does not say whose they are, so they stay where they are.
var devices = &stream{
	spec:   daily("devices", 30*time.Minute, record.KindAsset),
	model:  "stock.lot",
	needs:  "sale_subscription_asset",
	domain: func(s *session) []any { return []any{lent(s), []any{"subscribed", "!=", nil}} },
	gone:   func(s *session) []any { return []any{lent(s)} },
	fields: []string{
		"number", "product.name", "product.code", "subscribed", "subscribed.subscription.party",
	},
	related: []string{"subscription_lines.", "subscription_lines.subscription."},
	marks:   []string{"subscribed"},
	kinds: func(r *reading) []record.Kind {
		if r.id("subscribed") == 0 {
			return nil
		}
		return []record.Kind{record.KindAsset}
	},
	build: func(_ *session, r *reading, _ record.Kind) record.Record {
		product := r.sub("product")
		return record.Record{Company: r.sub("subscribed").sub("subscription").key("party"), Body: record.Asset{
			Name: product.text("name"), Model: product.text("code"), Serial: r.text("number"),
		}}
	},
}

func lent(s *session) []any {
	return []any{"subscription_lines.subscription.company", "=", s.who.company}
}
