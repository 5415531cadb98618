package connections_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections"
	"portico/portal/admin/connections/parts"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func get() *http.Request { return httptest.NewRequest(http.MethodGet, "/", nil) }

// fine is a stream that was read a minute ago.
func fine(name string) run.StreamState {
	return run.StreamState{Stream: name, Completed: now.Add(-time.Minute), Next: now.Add(time.Minute), FreshFor: 10 * time.Minute, Kinds: []record.Kind{record.KindTicket}}
}

func TestTheListSaysHowEachConnectionDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.List, "", "").WantText(".po-empty", "Nothing is connected yet").Want(".po-empty a[href='/admin/connections/new']", 1)
	failing, held, late := fine("tickets"), fine("tickets"), fine("tickets")
	failing.Failures, failing.Problem = 3, "The system refuses the connection: is it running?"
	held.Held = "7 of 8 records of kind ticket are missing at the source."
	late.Completed = now.Add(-time.Hour)
	first := run.StreamState{Stream: "tickets", Leased: true}
	for name, s := range map[string]run.StreamState{"Up to date": fine("tickets"), "Not reachable": failing, "Waits for you": held, "Late": late, "First pull": first} {
		l := w.detail.Line
		l.Name, l.Streams = "<i>"+name+"</i>", []run.StreamState{fine("assets"), s}
		l.Backlog, l.Waiting = run.Backlog{Waiting: 2, Oldest: now.Add(-time.Hour), Stuck: 1}, 12
		w.lines = []connections.Line{l}
		page := w.get(w.pages.List, "", "")
		page.WantText("main tbody .po-status", name).WantText("main tbody", "<i>"+name+"</i>").WantText("main tbody", "2 wait, the oldest since 1 h ago, 1 needs a person").
			WantText("main tbody", "12").WantText("main tbody", s.Problem+s.Held)
		if live := page.Find("[hx-get='/admin/connections']").Length() == 1; live != (name == "First pull") {
			t.Errorf("%s: asks by itself: %v", name, live)
		}
	}
	l := w.detail.Line
	l.Streams, l.Paused = []run.StreamState{failing}, true
	w.lines, w.held = []connections.Line{l}, "restored copy"
	w.get(w.pages.List, "", "").WantText("main tbody .po-status", "Paused").WantText("main", "restored copy")
}

func TestARunningPullShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.detail.Streams = []run.StreamState{{Stream: "tickets", Leased: true, Kinds: []record.Kind{record.KindTicket}}, fine("assets")}
	w.detail.Holdings = map[record.Kind]int{record.KindTicket: 3100}
	w.detail.Runs = []run.Run{{ID: "r", Stream: "tickets", State: run.Running, First: true, Started: now.Add(-100 * time.Second), Counts: run.Counts{Read: 31400, Rejected: 2}, Done: 314, Total: 520}}
	page := w.get(w.pages.Show, w.id, "done=connected")
	page.WantText("tr[data-stream=tickets]", "31,400 records · 314 of 520 requests · 314/s · 1 min left").Want("progress[value='314'][max='520']", 1).
		WantText("tr[data-stream=tickets]", "First pull").WantText("tr[data-stream=tickets] .is-end", "3,100").
		Want("#streams[hx-get]", 1).WantText(".po-toast", "tells nobody anything").Want("tr[data-stream=tickets] a[href$='runs?run=r']", 1)
	rec, err := w.do(w.pages.Show, get(), w.id)
	if err != nil || !strings.Contains(rec.Body.String(), `<noscript><meta http-equiv="refresh" content="5"></noscript>`) {
		t.Errorf("without a script nothing moves: %v", err)
	}
	w.detail.Streams[0] = fine("tickets")
	w.detail.Runs[0].State, w.detail.Runs[0].Ended = run.Done, now
	if rec, err = w.do(w.pages.Show, get(), w.id); err != nil || strings.Contains(rec.Body.String(), "http-equiv") || strings.Contains(rec.Body.String(), "hx-get") {
		t.Errorf("a page without news asks for some: %v", err)
	}
}

func TestWhatWaitsForAPersonComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := fine("tickets")
	s.Held = "7 of 8 records of kind ticket are missing at the source. Nothing was removed: look at the source, then confirm."
	w.detail.Streams, w.detail.Unseen, w.detail.Waiting, w.detail.Guessed = []run.StreamState{s}, 2, 40, 1
	page := w.get(w.pages.Show, w.id, "")
	page.WantText("[data-part=held]", "7 of 8").Want("[data-part=held] form[action$='/confirm'] input[value=tickets]", 1).
		WantText("[data-part=unmatched]", "2 companies are not matched").WantText("[data-part=guessed]", "1 status is a guess")
	s.Wanted = remote.Census
	w.detail.Streams = []run.StreamState{s}
	w.get(w.pages.Show, w.id, "").Want("[data-part=held] form", 0).WantText("[data-part=held]", "Confirmed")
}

func TestSwitchesDoWhatTheySay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		h    handler
		form url.Values
		call string
		done string
	}{
		{w.pages.Pause, url.Values{"on": {"1"}}, "pause", "paused"},
		{w.pages.Pause, url.Values{}, "resume", "resumed"},
		{w.pages.ReadOnly, url.Values{"on": {"1"}}, "read only", "readonly"},
		{w.pages.ReadOnly, url.Values{}, "writes", "writes"},
		{w.pages.Pull, url.Values{}, "pull ", "pulling"},
		{w.pages.Reread, url.Values{"stream": {"tickets"}}, "want tickets everything", "rereading"},
		{w.pages.Confirm, url.Values{"stream": {"tickets"}}, "want tickets census", "confirmed"},
	} {
		w.calls = nil
		if _, to := w.post(c.h, w.id, http.StatusSeeOther, c.form); to != parts.Path+"/"+w.id+"?done="+c.done || len(w.calls) != 1 || w.calls[0] != c.call {
			t.Errorf("%s: %v, leads to %s", c.call, w.calls, to)
		}
		w.get(w.pages.Show, w.id, "done="+c.done).Want(".po-toast", 1)
	}
	w.get(w.pages.Show, w.id, "done=nonsense").Want(".po-toast", 0)
	w.err = fault.New(fault.Conflict, "Nothing is held.")
	w.post(w.pages.Confirm, w.id, http.StatusSeeOther, url.Values{"stream": {"tickets"}})
	for _, id := range []string{"nonsense", record.NewConnectionID().String()} {
		if _, err := w.do(w.pages.Show, get(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestRunsTellWhatTheySetAside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Runs, w.id, "").WantText(".po-empty", "Nothing was pulled yet")
	w.detail.Runs = []run.Run{
		{ID: "r2", Stream: "tickets", Mode: remote.Changes, State: run.Failed, Started: now.Add(-time.Minute), Ended: now, Problem: "The answer of the system broke off."},
		{ID: "r1", Stream: "tickets", Mode: remote.Everything, State: run.Done, Started: now.Add(-time.Hour), Ended: now.Add(-59 * time.Minute), Counts: run.Counts{Read: 1200, Written: 3, Deleted: 4, Rejected: 1}},
	}
	w.rejects = []remote.Reject{{Kind: record.KindTicket, External: "47995", Reason: "Closed on <30 Feb>, which is not a date."}}
	page := w.get(w.pages.Runs, w.id, "run=r1")
	page.Want("main tbody tr", 3).WantText("main", "1,200 read, 3 written, 4 removed").WantText("main", "broke off").
		WantText("#rejects", "Request 47995").WantText("#rejects", "Closed on <30 Feb>")
	w.get(w.pages.Runs, w.id, "run=other").Want("#rejects", 0)
}

func TestSettingsAreCheckedBeforeTheyAreSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.detail.Secrets = map[string]time.Time{"token": now.Add(-41 * 24 * time.Hour)}
	page := w.get(w.pages.Settings, w.id, "")
	page.WantText("#field-token-hint", "Entered 41 days ago and never shown").Want("input[type=password][required]", 0).Want("input[name=anyway]", 0)
	seen, _ := page.Find("input[name=seen]").Attr("value")
	if seen == "" || seen != connections.Mark(w.detail.Connection) {
		t.Fatalf("seen as %q", seen)
	}
	form := typed()
	form.Set("seen", seen)
	w.tried = connections.Tried{SignedIn: true, Carry: "sealed", Report: remote.Report{As: "Portal", Items: []remote.ReportItem{{Name: "sign in", OK: true}, {Name: "reply", Detail: "may not reply"}}}}
	page, _ = w.post(w.pages.Revise, w.id, http.StatusUnprocessableEntity, form)
	page.WantText("[data-part=report]", "may not reply").Want("input[name=anyway]", 1).Want("input[name=seen][value='"+seen+"']", 1)
	w.tried = connections.Tried{Token: "saved"}
	if _, to := w.post(w.pages.Revise, w.id, http.StatusSeeOther, form); !strings.HasSuffix(to, "/settings?done=revised") {
		t.Errorf("leads to %s", to)
	}
	if r := w.revisions[1]; r.Draft.ID.String() != w.id || r.Seen != seen || r.Draft.Secrets["token"] != "hunter2" {
		t.Errorf("%+v", r)
	}
	w.tried, w.err = connections.Tried{Carry: "sealed"}, fault.New(fault.Conflict, "Somebody else changed this connection while you were writing.")
	page, _ = w.post(w.pages.Revise, w.id, http.StatusConflict, form)
	page.WantText("[data-part=problems]", "Somebody else").Want("input[name=name][value='Our desk']", 1)
}

func TestTheDictionaryMarksGuessesAndCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Statuses, w.id, "").WantText(".po-empty", "No status was seen yet")
	parked := record.Meaning{Kind: record.KindTicket, Raw: "Parked <b>", State: record.StateUnmapped, Label: "With us", Turn: record.TurnProvider, Guessed: true}
	open := record.Meaning{Kind: record.KindTicket, Raw: "open", State: record.StateOpen, Label: "In progress", Turn: record.TurnProvider, Guessed: true}
	done := record.Meaning{Kind: record.KindTicket, Raw: "done", State: record.StateClosed, Label: "Solved", Turn: record.TurnNobody}
	w.meanings = []record.Meaning{parked, open, done}
	w.get(w.pages.Statuses, w.id, "").WantText("main", "too many records to count")
	w.uses = map[record.Meaning]int{{Kind: record.KindTicket, Raw: "Parked <b>"}: 17, {Kind: record.KindTicket, Raw: "open"}: 8, {Kind: record.KindTicket, Raw: "done"}: 47942}
	page := w.get(w.pages.Statuses, w.id, "kind=ticket&raw=Parked+%3Cb%3E")
	page.WantText("[data-part=coverage]", "47,942 records with a status that you confirmed 8 with a guess 17 not mapped").
		WantText("main tbody", "Not mapped").WantText("main tbody", "a guess").Want("#edit select[name=state] option[selected][value=unmapped]", 1)
	seen, _ := page.Find("#edit input[name=seen]").Attr("value")
	form := url.Values{"kind": {"ticket"}, "raw": {parked.Raw}, "state": {"waiting"}, "turn": {"third"}, "label": {"Waiting for a supplier"}, "explanation": {""}, "seen": {seen}}
	if _, to := w.post(w.pages.SaveStatus, w.id, http.StatusSeeOther, form); !strings.HasSuffix(to, "/statuses?done=status") {
		t.Errorf("leads to %s", to)
	}
	if len(w.saved) != 2 || w.saved[0] != parked || w.saved[1].Label != "Waiting for a supplier" || w.saved[1].Guessed {
		t.Errorf("saved %+v", w.saved)
	}
	form.Set("state", "unmapped")
	page, _ = w.post(w.pages.SaveStatus, w.id, http.StatusUnprocessableEntity, form)
	page.Want("#state-error", 1)
	// Somebody else was first: theirs is shown, mine stands in the form.
	theirs := parked
	theirs.State, theirs.Label, theirs.Guessed = record.StateOpen, "We look at it", false
	w.meanings[0], w.err = theirs, fault.New(fault.Conflict, "Somebody else saved this status meanwhile.")
	form.Set("state", "waiting")
	page, _ = w.post(w.pages.SaveStatus, w.id, http.StatusConflict, form)
	page.WantText("[data-part=clash]", "We look at it").Want("#label[value='Waiting for a supplier']", 1)
	if again, _ := page.Find("#edit input[name=seen]").Attr("value"); again == seen {
		t.Error("the same form would clash again")
	}
}

func TestAWrongMatchIsRepairedInOneStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := record.AccountInfo{ID: record.NewAccountID(), Name: "Nordwind"}
	w.companies = []run.Company{{Key: "a&b", Name: "A & B", Account: account}}
	w.get(w.pages.Companies, w.id, "").WantText(".po-empty", "Every company is matched")
	w.get(w.pages.Companies, w.id, "show=matched").Want("form[action$='/companies/unmatch'] input[name=key][value='a&b']", 1).WantText("main tbody", "Nordwind")
	_, to := w.post(w.pages.Unmatch, w.id, http.StatusSeeOther, url.Values{"key": {"a&b"}})
	if to != parts.Path+"/"+w.id+"/companies/repair?key=a%26b" || w.calls[0] != "unmatch a&b" {
		t.Errorf("%v, leads to %s", w.calls, to)
	}
	w.repair = run.Repair{Key: "a&b", Account: account, Matched: now.Add(-time.Hour), Hidden: now, HiddenBy: "Amara Osei", Records: 12,
		Stopped: []run.RepairedAction{{Ref: "P-1", Kind: "ticket.reply", External: "7", By: "Ines", At: now}}, Sent: []run.RepairedAction{{Ref: "P-2", Kind: "ticket.close", External: "8", By: "Jonas", At: now}},
		People: []run.RepairedPerson{{Name: "Ines", Email: "ines@nordwind.example", SignedIn: now}}}
	page := w.get(w.pages.Repair, w.id, "key=a%26b")
	page.WantText("h1", "A & B is hidden").WantText("[data-part=hidden]", "12 records are kept").WantText("main", "Reply #7").WantText("main", "Close #8").
		WantText("main", "ines@nordwind.example").WantText("main", "Which pages were opened and which files were saved is written down nowhere")
}

func TestSomebodyElseMatchedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.companies = []run.Company{{Key: "1", Name: "Nordwind", Waiting: 3}}
	form := url.Values{"key": {"1"}, "called": {"Nordwind"}, "account": {""}, "tick": {"0"}}
	if _, to := w.post(w.pages.MatchCompanies, w.id, http.StatusSeeOther, form); !strings.HasSuffix(to, "/companies?done=matched") || len(w.picked) != 1 {
		t.Errorf("%+v, leads to %s", w.picked, to)
	}
	w.err = fault.New(fault.Conflict, "matched to another account")
	page, _ := w.post(w.pages.MatchCompanies, w.id, http.StatusUnprocessableEntity, form)
	page.WantText("[data-part=problems]", "Somebody else")
	form.Del("tick")
	page, _ = w.post(w.pages.MatchCompanies, w.id, http.StatusUnprocessableEntity, form)
	page.WantText("[data-part=problems]", "Tick at least one")
}
