package keys

import (
	"strings"

	"portico/portal/ui"
	"portico/sync/apikey"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("keys.column.name")}, {Label: c.T("keys.column.state")}, {Label: c.T("keys.column.scopes")},
		{Label: c.T("keys.column.reach")}, {Label: c.T("keys.column.used")}, {Label: c.T("keys.column.change"), End: true}}
}

// standing says how a key is, by a word and a shape.
func standing(c *ui.Chrome, k apikey.Key) (string, ui.Tone) {
	switch k.State(c.Now) {
	case apikey.Revoked:
		return c.T("keys.state.revoked", c.Date(k.Revoked)), ui.Neutral
	case apikey.Expired:
		return c.T("keys.state.expired", c.Date(k.Expires)), ui.Attn
	default:
		if k.Expires.IsZero() {
			return c.T("keys.state.good"), ui.Good
		}
		return c.T("keys.state.until", c.Date(k.Expires.AddDate(0, 0, -1))), ui.Good
	}
}

// reach names the accounts of a key.
func reach(v listView, k apikey.Key) string {
	if k.Whole() {
		return v.Chrome.T("keys.reach.all")
	}
	names := make([]string, len(k.Accounts))
	for i, a := range k.Accounts {
		if names[i] = v.Names[a]; names[i] == "" {
			names[i] = a.String()
		}
	}
	return strings.Join(names, ", ")
}

// curl are the examples of the guide, each a word of the catalogue and a command.
func curl(base string) []struct{ Word, Command string } {
	const key = `-H "Authorization: Bearer $PORTICO_KEY"`
	return []struct{ Word, Command string }{
		{"api.example.accounts", "curl " + key + " " + base + "/api/v1/accounts"},
		{"api.example.tickets", "curl " + key + ` "` + base + `/api/v1/accounts/$ACCOUNT/tickets?turn=client&updated_since=2026-11-01T00:00:00Z"`},
		{"api.example.reply", "curl " + key + ` -H "Idempotency-Key: order-4711" \
  -H "Content-Type: application/json" \
  -d '{"kind": "ticket.reply", "ticket": "'$TICKET'", "text": "Shipped today."}' \
  ` + base + "/api/v1/accounts/$ACCOUNT/actions"},
		{"api.example.approval", "curl " + key + ` -H "Idempotency-Key: offer-88" \
  -H "Content-Type: application/json" \
  -d '{"title": "Offer 88", "text": "Two laptops, 2 480 EUR.", "roles": ["owner", "approver"]}' \
  ` + base + "/api/v1/accounts/$ACCOUNT/approvals"},
	}
}
