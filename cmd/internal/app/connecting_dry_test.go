package app_test

import (
	"encoding/json"
	"strings"
	"testing"

	"portico/portal/admin/connections"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// What an action would send is shown without being sent, and without the credential.
func TestADryRunShowsTheRequestAndWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.connected()
	choices, err := b.Choices(t.Context(), b.amara, d.ID, record.KindTicket)
	must(t, err)
	if len(choices) == 0 {
		t.Fatal("nothing to choose from")
	}
	external := choices[0].Record.External
	before := b.desk.Newest()
	got, err := b.Rehearse(t.Context(), b.amara, d.ID, connections.Trial{Kind: action.TicketReply, External: external, Input: action.Input{Text: "Words of a client"}})
	must(t, err)
	if got.Ready.Verdict != remote.Done || got.Send == nil || got.Found == nil || len(got.Reads) == 0 {
		t.Fatalf("came to %+v", got)
	}
	if got.Send.Method != "POST" || !strings.HasSuffix(got.Send.Address, "/ticket/"+external+"/correspond") || !strings.Contains(got.Send.Body, "Words of a client") {
		t.Errorf("would send %+v", got.Send)
	}
	all, err := json.Marshal(got)
	must(t, err)
	if strings.Contains(string(all), rightToken) || !strings.Contains(string(all), "Authorization") {
		t.Errorf("the credential is shown, or its header is not: %s", all)
	}
	if after := b.desk.Newest(); after != before {
		t.Errorf("the newest entry was %d and is %d", before, after)
	}
	if _, err = b.Rehearse(t.Context(), b.amara, d.ID, connections.Trial{Kind: action.TicketReply, External: "99999"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a record that is not there: %v", err)
	}
	if _, err = b.Rehearse(t.Context(), b.amara, d.ID, connections.Trial{Kind: action.PaymentRecord, External: external}); !fault.Is(err, fault.Invalid) {
		t.Errorf("what the system cannot do: %v", err)
	}
	member := grant.Member(grant.User{ID: "u", Email: "ines@nordwind.example"}, record.NewAccountID(), "owner")
	if _, err = b.Rehearse(t.Context(), member, d.ID, connections.Trial{Kind: action.TicketReply, External: external}); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
		t.Errorf("a client: %v", err)
	}
}
