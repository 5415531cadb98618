package connections_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

func (p *plant) Choices(context.Context, access.Scope, record.ConnectionID, record.Kind) ([]remote.Sample, error) {
	return p.choices, nil
}

func (p *plant) Rehearse(_ context.Context, _ access.Scope, _ record.ConnectionID, t connections.Trial) (connections.Rehearsed, error) {
	p.trials = append(p.trials, t)
	return p.rehearsed, p.err
}

func TestADryRunShowsWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.detail.Spec.Actions = []remote.ActionSpec{{Kind: action.TicketReply, Label: "Reply to a ticket"}, {Kind: action.PaymentRecord, Label: "Record a payment"}, {Kind: action.DocumentUpload}}
	r := record.Record{Kind: record.KindTicket, External: "7", Body: record.Ticket{Number: "7", Subject: "<script>alert(1)</script>", Status: "open"}}
	w.choices = []remote.Sample{{Kind: record.KindTicket, Record: &r}}
	page := w.get(w.pages.DryRun, w.id, "")
	page.Want("nav a[href$='action=ticket.reply'], .po-tabs a[href$='action=ticket.reply']", 1).Want("select[name=record] option[value='7']", 1).WantText("select[name=record]", "<script>alert(1)</script>").Want("[data-part=result]", 0)
	w.get(w.pages.DryRun, w.id, "action=payment.record").Want("input[name=amount][required]", 1).Want("textarea[name=text]", 0)
	w.rehearsed = connections.Rehearsed{Found: &r, Mark: "413", Ready: remote.Outcome{Verdict: remote.Done}, Reads: []connections.Request{{Method: "GET", Address: "https://rt.example/ticket/7"}},
		Send: &connections.Request{Method: "POST", Address: "https://rt.example/ticket/7/correspond", Headers: []connections.Header{{Name: "Authorization", Value: "••••••••"}}, Body: `{"Content":"<b>Hello</b>"}`}}
	page, _ = w.post(w.pages.TryAction, w.id, http.StatusOK, url.Values{"action": {"ticket.reply"}, "record": {"7"}, "other": {" 8 "}, "text": {"Hello"}})
	page.WantText("[data-part=send]", "POST https://rt.example/ticket/7/correspond").WantText("[data-part=send]", `{"Content":"<b>Hello</b>"}`).WantText("[data-part=result]", "413").WantText("[data-part=result]", "GET https://rt.example/ticket/7")
	if got := w.trials[0]; got.External != "8" || got.Kind != action.TicketReply || got.Input.Text != "Hello" {
		t.Errorf("tried %+v", got)
	}
	w.rehearsed = connections.Rehearsed{Ready: remote.Outcome{Verdict: remote.Conflict, Reason: "It is closed.", Diff: []remote.Difference{{Field: "status", Was: "open", Now: "resolved"}}}}
	page, _ = w.post(w.pages.TryAction, w.id, http.StatusOK, url.Values{"action": {"ticket.reply"}, "record": {"7"}})
	page.WantText("[data-part=result]", "It is closed.").WantText("[data-part=result]", "open → resolved").WantText("[data-part=result]", "Nothing would be sent").Want("[data-part=send]", 0)
	w.err = fault.New(fault.NotFound, "The system has no such record.").Field("other", "There is no such record.")
	page, _ = w.post(w.pages.TryAction, w.id, http.StatusUnprocessableEntity, url.Values{"action": {"ticket.reply"}, "other": {"99"}})
	page.WantText("#other-error", "There is no such record.")
}

func TestASystemThatTakesNoActionsHasNoDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.detail.Spec.Actions = nil
	w.get(w.pages.Show, w.id, "").Want("a[href$='/dry-run']", 0)
	if _, err := w.do(w.pages.DryRun, get(), w.id); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
