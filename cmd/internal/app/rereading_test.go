package app_test

import (
	"strconv"
	"testing"

	"portico/cmd/internal/demo"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestOneRecordIsReadAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	d := b.connected()
	records, err := b.app.Records(t.Context())
	must(t, err)
	_, err = b.app.Pull(t.Context(), "Help desk", nil, false, nil)
	must(t, err)
	id := b.desk.TicketsWith("")[0]
	ref := record.Ref{Connection: d.ID, Kind: record.KindTicket, External: strconv.Itoa(id)}
	got, err := records.Reread(t.Context(), b.amara, ref)
	if err != nil || !got.Found || got.Was == nil || !got.Waits || got.Counts.Read < 1 {
		t.Errorf("of a company that is not matched: %+v, %v", got, err)
	}
	_, err = b.app.AddAccount(t.Context(), "Here", "")
	must(t, err)
	_, err = b.app.Match(t.Context(), "Help desk", got.Is.Company, "Here")
	must(t, err)
	b.desk.SetSubject(id, demo.ServiceUser, "Other words")
	got, err = records.Reread(t.Context(), b.amara, ref)
	must(t, err)
	was, is := got.Was.Body.(record.Ticket), got.Is.Body.(record.Ticket)
	if !got.Found || got.Waits || got.Counts.Written < 1 || was.Subject == is.Subject || is.Subject != "Other words" {
		t.Errorf("what changed: %+v, was %q, is %q", got.Counts, was.Subject, is.Subject)
	}
	absent := ref
	absent.External = "999999"
	if got, err := records.Reread(t.Context(), b.amara, absent); err != nil || got.Found || got.Is != nil {
		t.Errorf("what the system does not have: %+v, %v", got, err)
	}
	// What the system hands over no more stays until its stream has counted.
	b.desk.Delete(id)
	if got, err = records.Reread(t.Context(), b.amara, ref); err != nil || got.Found || got.Is == nil {
		t.Errorf("what is not handed over: %+v, %v", got, err)
	}
	must(t, b.app.Pause(t.Context(), "Help desk", true))
	if _, err := records.Reread(t.Context(), b.amara, ref); !fault.Is(err, fault.Conflict) {
		t.Errorf("a connection that is paused: %v", err)
	}
	agent := grant.Staff(grant.User{ID: access.NewUserID(), Name: "Ben"}, access.Agent, nil)
	if _, err := records.Reread(t.Context(), agent, ref); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody who is no administrator: %v", err)
	}
}
