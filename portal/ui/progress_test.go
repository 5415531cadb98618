package ui_test

import (
	"testing"
	"time"

	"portico/portal/ui"
	"portico/portal/ui/words"
	"portico/sync/action"
	"portico/sync/record"
)

func progress(state action.State) ui.Progress {
	a := action.Action{
		ID: action.NewID(), Ref: "PRT-7QK2M5ZD3XTA", Account: record.NewAccountID(), Kind: action.TicketReply, Key: "form-key", State: state,
		Input: action.Input{Text: "Yes <please>.", Files: []action.File{{ID: "1"}}}, Recorded: now.Add(-90 * time.Second), Reason: "It is closed there.",
	}
	return ui.Progress{Action: a, System: "Request Tracker", Self: "/a/x/actions/1", Withdraw: "/a/x/actions/1/withdraw"}
}

// The words are those of the promise: never done before it is.
func TestProgressTellsTheTruth(t *testing.T) {
	t.Parallel()
	sent, due, ended := now.Add(-80*time.Second), now.Add(8*time.Minute), now.Add(-time.Second)
	for state, c := range map[action.State]struct {
		title, steps string
		done         int
		prepare      func(*action.Action)
	}{
		action.Recorded:  {"Recorded", "Recorded 09:04:30 Sent not yet Accepted not yet Confirmed not yet", 1, nil},
		action.Sending:   {"Sending to Request Tracker", "Recorded 09:04:30 Sending to Request Tracker Accepted not yet Confirmed not yet", 1, nil},
		action.Accepted:  {"Request Tracker has it, checking", "Sent 09:04:40 Accepted 09:05:59 Request Tracker 48213-7 Confirming reading it back", 3, func(a *action.Action) { a.Sent, a.Accepted, a.Reference = sent, ended, "48213-7" }},
		action.Confirmed: {"Done, confirmed by Request Tracker 48213-7", "Confirmed 09:05:59", 4, func(a *action.Action) { a.Sent, a.Accepted, a.Ended, a.Reference = sent, sent, ended, "48213-7" }},
		action.Retrying:  {"Request Tracker is not reachable, we keep trying", "Recorded 09:04:30 Waiting to send next attempt 09:14 Accepted not yet", 1, func(a *action.Action) { a.Due = due }},
		action.Unknown:   {"Checking with Request Tracker", "Sent 09:04:40 Checking next attempt 09:14 Confirmed not yet", 2, func(a *action.Action) { a.Sent, a.Due = sent, due }},
		action.Conflict:  {"Changed meanwhile: look again", "Recorded 09:04:30 Changed meanwhile", 1, nil},
		action.Refused:   {"Not accepted", "Recorded 09:04:30 Sent 09:04:40 Not accepted 09:05:59", 2, func(a *action.Action) { a.Sent, a.Ended = sent, ended }},
		action.Dead:      {"Our team is looking after it", "Recorded 09:04:30 Held", 1, nil},
		action.Withdrawn: {"Withdrawn", "Recorded 09:04:30 Withdrawn 09:05:59", 1, func(a *action.Action) { a.Ended = ended }},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			p := progress(state)
			if c.prepare != nil {
				c.prepare(&p.Action)
			}
			page := draw(t, ui.ProgressCard(chrome(), p))
			if got := page.Text("h2"); got != c.title {
				t.Errorf("title %q, want %q", got, c.title)
			}
			page.WantText(".po-steps", c.steps).Want(`.po-steps [data-step="done"]`, c.done).Want(`[data-recorded="form-key"]`, 1).WantText("blockquote", "Yes <please>.")
			moves := !state.Final() && state != action.Conflict
			if has := page.Find("[hx-get][hx-trigger]").Length() == 1; has != moves {
				t.Errorf("polls: %v, want %v", has, moves)
			}
		})
	}
}

func TestProgressNamesWhoLooksAfterItAndWhy(t *testing.T) {
	t.Parallel()
	draw(t, ui.ProgressCard(chrome(), progress(action.Dead))).WantText("article", "Halden IT has been told and looks after it").WantText("[data-part=reason]", "It is closed there.")
	draw(t, ui.ProgressCard(chrome(), progress(action.Refused))).WantText("[data-part=reason]", "Reason: It is closed there.")
	draw(t, ui.ProgressCard(chrome(), progress(action.Confirmed))).Want("[data-part=reason]", 0)
	doubted := progress(action.Withdrawn)
	draw(t, ui.ProgressCard(chrome(), doubted)).WantText("article", "may have received it all the same")
	doubted.Action.Reason = ""
	draw(t, ui.ProgressCard(chrome(), doubted)).WantText("article", "It was not sent.")
	p := progress(action.Retrying)
	p.Action.Due = now.Add(40 * time.Hour)
	draw(t, ui.ProgressCard(chrome(), p)).WantText(".po-steps", "next attempt Sat 21 Nov, 01:06").Want(`form[method="post"]`, 1)
	p.Withdraw = ""
	draw(t, ui.ProgressCard(chrome(), p)).Want("form", 0)
}

func TestNewsIsToldApart(t *testing.T) {
	t.Parallel()
	p := progress(action.Retrying)
	before := p.Seen()
	p.Action.Due = now.Add(time.Hour)
	if p.Seen() == before {
		t.Error("another time of the next attempt is news")
	}
	if p.Every() != 5*time.Second || progress(action.Recorded).Every() != time.Second {
		t.Errorf("%v %v", p.Every(), progress(action.Recorded).Every())
	}
}

// Texts whose key is put together from a state or a kind.
func TestEveryStateAndKindHasWords(t *testing.T) {
	t.Parallel()
	for _, state := range action.States {
		if !words.Has("progress.title."+string(state)) || state != action.Confirmed && !words.Has("progress.text."+string(state)) {
			t.Errorf("%s has no words", state)
		}
	}
	for _, kind := range []action.Kind{action.TicketReply, action.TicketCreate, action.TicketClose, action.TicketReopen} {
		if !words.Has("progress.of." + string(kind)) {
			t.Errorf("%s has no words", kind)
		}
	}
}
