package zendesk_test

import (
	"net/http"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/zendesk"
	"portico/sync/record"
	"portico/sync/remote"
)

// sent is a message as Zendesk signs it.
func sent(key, body string, at time.Time) *remote.RawRequest {
	stamp := at.UTC().Format(time.RFC3339)
	return &remote.RawRequest{Method: http.MethodPost, URL: "https://portal.example/hooks/1", Body: []byte(body), Header: http.Header{
		"X-Zendesk-Webhook-Signature":           {connectortest.MAC64(key, stamp+body)},
		"X-Zendesk-Webhook-Signature-Timestamp": {stamp}, "X-Zendesk-Webhook-Invocation-Id": {"i-1"},
	}}
}

func TestWhatZendeskSendsIsAHintAndWhatSomebodyElseSendsIsNone(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	now := d.Desk.Clock.Now()
	ticket, user := record.KindTicket, record.KindContact
	for body, want := range map[string]record.Ref{
		`{"id":"e1","type":"zen:event-type:ticket.comment_added","detail":{"id":"35"}}`:                     {Kind: ticket, External: "35"},
		`{"id":"e2","type":"zen:event-type:user.created","detail":{"id":"19000000000000011"}}`:              {Kind: user, External: "19000000000000011"},
		`{"id":"e3","type":"zen:event-type:organization.name_changed","detail":{"id":"19000000000000009"}}`: {Kind: record.KindAccount, External: "19000000000000009"},
		`{"ticket_id":"36"}`: {Kind: ticket, External: "36"},
	} {
		hints, err := c.Hints(t.Context(), conn, sent("good", body, now))
		if err != nil || len(hints) != 1 || hints[0].Ref.Kind != want.Kind || hints[0].Ref.External != want.External || hints[0].Key == "" {
			t.Errorf("%s: %+v, %v", body, hints, err)
		}
	}
	body := `{"id":"e1","type":"zen:event-type:ticket.created","detail":{"id":"35"}}`
	for what, message := range map[string]*remote.RawRequest{"another key": sent("bad", body, now), "an old one": sent("good", body, now.Add(-time.Hour))} {
		if hints, err := c.Hints(t.Context(), conn, message); err == nil || len(hints) > 0 {
			t.Errorf("%s: %+v, %v", what, hints, err)
		}
	}
}
