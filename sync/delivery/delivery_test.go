package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portico/sync/delivery"
	"portico/sync/record"
)

var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

// fits checks a payload against the schema of its type.
func fits(t *testing.T, typ delivery.Type, payload []byte) {
	t.Helper()
	for _, d := range delivery.Catalogue() {
		if d.Type != typ {
			continue
		}
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.Schema))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource("schema.json", schema); err != nil {
			t.Fatal(err)
		}
		compiled, err := c.Compile("schema.json")
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(value); err != nil {
			t.Errorf("%s: %v\n%s", typ, err, payload)
		}
		return
	}
	t.Errorf("%s is not in the catalogue", typ)
}

func TestExamplesFitTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, d := range delivery.Catalogue() {
		fits(t, d.Type, d.Example)
		if d.Summary == "" {
			t.Errorf("%s has no summary", d.Type)
		}
	}
	if n := len(delivery.Types()); n != len(delivery.Catalogue())-1 {
		t.Errorf("%d types can be subscribed to", n)
	}
}

// whole is a record with every field as long as a source can make it.
func whole() delivery.Record {
	long := strings.Repeat("€", 2000)
	return delivery.Record{ID: record.NewID(), Connection: record.NewConnectionID(), External: long, Parent: record.NewID(), Number: long, Title: long,
		Person: long, Status: long, State: record.StateOpen, Label: long, Turn: record.TurnClient, Due: noon, Created: noon, Updated: noon}
}

func TestMessagesFitTheirSchemasAndTheLimit(t *testing.T) {
	t.Parallel()
	account := record.NewAccountID()
	messages := map[delivery.Type]func() (delivery.Message, error){
		delivery.TicketCreated: func() (delivery.Message, error) { return delivery.ForTicket(noon, account, whole()) },
		delivery.Test:          func() (delivery.Message, error) { return delivery.ForTest(noon, account) },
	}
	for typ, state := range map[delivery.Type]string{delivery.ApprovalRequested: "open", delivery.ApprovalDecided: "changes"} {
		messages[typ] = func() (delivery.Message, error) {
			long, digest := strings.Repeat("€", 50_000), strings.Repeat("0f", 32)
			a := delivery.Approval{ID: record.NewID().String(), Ref: "APR-A", Title: long, State: state, Version: 3, Digest: digest,
				File: &delivery.File{Name: long, Size: 1, SHA256: digest}, AskedBy: long, Record: record.NewID(), Due: noon, Created: noon}
			if typ == delivery.ApprovalDecided {
				a.Decision = &delivery.Decision{State: state, Version: 3, Digest: digest, By: long, Way: "phone", RecordedBy: long, At: noon, Reason: long, Action: record.NewID().String()}
			}
			return delivery.ForApproval(typ, noon, account, a)
		}
	}
	for typ, state := range map[delivery.Type]string{delivery.ActionConfirmed: "confirmed", delivery.ActionRefused: "refused", delivery.ActionWithdrawn: "withdrawn"} {
		messages[typ] = func() (delivery.Message, error) {
			long := strings.Repeat("x", 50_000)
			return delivery.ForAction(typ, noon, account, delivery.Action{ID: record.NewID().String(), Ref: "PRT-A", Kind: "ticket.reply", State: state,
				By: long, Connection: record.NewConnectionID(), Record: record.NewID(), External: long, Reference: long, Reason: long, Recorded: noon, Ended: noon})
		}
	}
	for typ, compose := range messages {
		m, err := compose()
		if err != nil || m.Type != typ || len(m.Payload) > delivery.MaxPayload {
			t.Errorf("%s: %d bytes, %v", typ, len(m.Payload), err)
		}
		fits(t, typ, m.Payload)
	}
}

func TestManyRecordsBecomeFewMessagesThatHoldEachOnce(t *testing.T) {
	t.Parallel()
	account := record.NewAccountID()
	for _, n := range []int{0, 1, 200} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			sent, missing := make([]delivery.Record, n), map[record.ID]bool{}
			for i := range sent {
				sent[i] = whole()
				missing[sent[i].ID] = true
			}
			list, err := delivery.ForRecords(noon, account, record.KindTicket, sent, true)
			if err != nil || (n > 0) != (len(list) > 0) {
				t.Fatalf("%d messages, %v", len(list), err)
			}
			ids := map[delivery.MessageID]bool{}
			for _, m := range list {
				ids[m.ID] = true
				fits(t, delivery.RecordChanged, m.Payload)
				if len(m.Payload) > delivery.MaxPayload {
					t.Errorf("%d bytes", len(m.Payload))
				}
				var got struct {
					Data struct {
						Records []struct{ ID record.ID }
						More    bool
					}
				}
				if err := json.Unmarshal(m.Payload, &got); err != nil || !got.Data.More {
					t.Errorf("more %v, %v", got.Data.More, err)
				}
				for _, r := range got.Data.Records {
					if !missing[r.ID] {
						t.Errorf("%s came twice", r.ID)
					}
					delete(missing, r.ID)
				}
			}
			if len(missing) > 0 || len(ids) != len(list) {
				t.Errorf("%d records are missing; %d ids of %d messages", len(missing), len(ids), len(list))
			}
		})
	}
}

func TestAnEndpointIsToldOfItsOwnAccountAndTypesOnly(t *testing.T) {
	t.Parallel()
	own, other := record.NewAccountID(), record.NewAccountID()
	e := delivery.Endpoint{Account: own, Types: []delivery.Type{delivery.TicketCreated}, Enabled: true}
	all := e
	all.Account = record.AccountID{}
	off := e
	off.Enabled = false
	for _, c := range []struct {
		e    delivery.Endpoint
		t    delivery.Type
		a    record.AccountID
		want bool
	}{
		{e, delivery.TicketCreated, own, true}, {e, delivery.TicketCreated, other, false}, {e, delivery.RecordChanged, own, false},
		{all, delivery.TicketCreated, other, true}, {off, delivery.TicketCreated, own, false},
	} {
		if got := c.e.Wants(c.t, c.a); got != c.want {
			t.Errorf("%+v wants %s of %s: %v", c.e, c.t, c.a, got)
		}
	}
}
