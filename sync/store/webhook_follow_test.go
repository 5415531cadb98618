package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// endpoint subscribes to types (none: to all), of one account or, when that is
// zero, of every account.
func (w *world) endpoint(t *testing.T, account record.AccountID, types ...delivery.Type) delivery.EndpointID {
	t.Helper()
	if len(types) == 0 {
		types = delivery.Types()
	}
	id := delivery.NewEndpointID()
	must(t, w.sys.CreateEndpoint(t.Context(), delivery.Endpoint{ID: id, Account: account, URL: "https://books.example/hook", Types: types, Rate: 1000, Secret: "sealed"}))
	return id
}

// relay empties the outbox.
func (w *world) relay(t *testing.T) {
	t.Helper()
	for {
		n, err := w.sys.TakeOutbox(t.Context(), 100, func(change.Event) error { return nil })
		must(t, err)
		if n == 0 {
			return
		}
	}
}

// told is what an endpoint is owed, oldest first, as "type number number…".
func (w *world) told(t *testing.T, e delivery.EndpointID) []string {
	t.Helper()
	w.relay(t)
	list, err := w.sys.Deliveries(t.Context(), e, "", 1000)
	must(t, err)
	slices.Reverse(list)
	var out []string
	for _, l := range list {
		var p struct {
			Type    string
			Account record.AccountID
			Data    struct {
				Action  struct{ Ref, Reason string }
				Ticket  struct{ Number string }
				Records []struct {
					Number, Title string
					Deleted       bool
				}
			}
		}
		must(t, json.Unmarshal(l.Message.Payload, &p))
		if p.Type != string(l.Message.Type) || p.Account != l.Message.Account {
			t.Errorf("payload and message differ: %s", l.Message.Payload)
		}
		words := []string{p.Type, p.Data.Action.Reason, p.Data.Ticket.Number}
		for _, r := range p.Data.Records {
			words = append(words, r.Number+r.Title)
			if r.Deleted {
				words = append(words, "deleted")
			}
		}
		out = append(out, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	}
	return out
}

func (w *world) expect(t *testing.T, e delivery.EndpointID, want ...string) {
	t.Helper()
	if got := w.told(t, e); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func number(external string) record.Record {
	return record.Record{Kind: record.KindTicket, External: external, Company: "Nordwind", Body: record.Ticket{Number: external, Status: "open"}}
}

func TestWhatHappensIsOwedAndWhatIsOnlyReadIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	account := w.account(t, "Nordwind")
	w.pull(t, "tickets", number("1"), number("2"))
	w.match(t, "Nordwind", account)
	w.expect(t, e) // a first pull and a backfill

	changed := number("2")
	changed.Updated = w.clock()
	w.pull(t, "tickets", changed, number("3"))
	w.expect(t, e, "ticket.created 3", "record.changed 2 3")

	all := w.begin(t, "tickets", remote.Everything)
	reread := number("1")
	reread.Updated = w.clock()
	all, err := w.sys.Commit(t.Context(), all, remote.Page{Records: []record.Record{reread, number("4")}}, lease)
	must(t, err)
	all.State = run.Done
	must(t, w.sys.Finish(t.Context(), all, w.clock()))
	w.expect(t, e, "ticket.created 3", "record.changed 2 3") // a re-read

	gone := w.begin(t, "tickets", remote.Changes)
	_, err = w.sys.Commit(t.Context(), gone, remote.Page{Deleted: []record.Ref{{Connection: w.conn, Kind: record.KindTicket, External: "1"}}}, lease)
	must(t, err)
	w.expect(t, e, "ticket.created 3", "record.changed 2 3", "record.changed deleted")
}

func TestAResumedFirstPullIsStillQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{})
	w.pull(t, "assets", asset("a", "Nordwind", "laptop", w.clock()))
	w.match(t, "Nordwind", w.account(t, "Nordwind"))
	for _, external := range []string{"1", "2"} { // two runs, the first of which fails
		r := w.begin(t, "tickets", remote.Changes)
		r, err := w.sys.Commit(t.Context(), r, remote.Page{Records: []record.Record{number(external)}}, lease)
		must(t, err)
		r.State = run.Failed
		must(t, w.sys.Finish(t.Context(), r, w.clock()))
	}
	w.expect(t, e)
}

func TestActionsAreToldOfOnceWhenTheyEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	w.relay(t)
	e, other := w.endpoint(t, a.account, delivery.ActionConfirmed, delivery.ActionRefused), w.endpoint(t, b.account, delivery.ActionConfirmed)
	settle := func(id action.ID, steps ...action.Step) {
		c, ok, err := w.sys.Claim(t.Context(), id, lease)
		must(t, err)
		if !ok {
			t.Fatal("not claimed")
		}
		for _, s := range steps {
			must(t, w.sys.Settle(t.Context(), c, s))
		}
	}
	settle(a.reply, action.Step{State: action.Sending, Begin: true, Keep: true}, action.Step{State: action.Accepted, Keep: true},
		action.Step{State: action.Confirmed, Reference: "41"}) // three events, one end
	settle(a.myReply, action.Step{State: action.Refused, Reason: "Closed."})
	w.expect(t, e, "action.confirmed", "action.refused Closed.")
	// A lost ring or an event that is told of again adds nothing.
	must(t, w.Exec(t.Context(), "INSERT INTO outbox (topic, payload) VALUES (?, ?)", "action.moved",
		fmt.Sprintf(`{"id":"again","topic":"action.moved","account":%q,"ids":[%q]}`, a.account, a.reply)))
	w.expect(t, e, "action.confirmed", "action.refused Closed.")
	w.expect(t, other)
}

func TestWhatIsTakenBackIsToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := newTwins(t, w)
	w.relay(t)
	e, old := w.endpoint(t, a.account, delivery.ActionWithdrawn), w.endpoint(t, a.account, delivery.ActionConfirmed, delivery.ActionRefused)
	_, err := w.acc.Withdraw(t.Context(), a.colleague, a.account, a.myReply)
	must(t, err)
	c, _, err := w.sys.Claim(t.Context(), a.reply, lease)
	must(t, err)
	must(t, w.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Keep: true}))
	must(t, w.sys.Settle(t.Context(), c, action.Step{State: action.Dead, Reason: "Nobody can tell."}))
	must(t, w.sys.Discard(t.Context(), action.Ruling{ID: a.reply}))
	w.expect(t, e, "action.withdrawn", "action.withdrawn It was given up; it may have arrived all the same.")
	w.expect(t, old)
}

func TestMessagesHoldNothingOfOthersAndNothingThatPeopleWrote(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	w.relay(t)
	mine, all := w.endpoint(t, a.account), w.endpoint(t, record.AccountID{})
	for _, x := range []twin{a, b} {
		talk := comment("new-"+x.canary, "mine-"+x.canary, "SAID-"+x.canary, w.clock())
		w.pull(t, "conversation", talk)
	}
	w.relay(t)
	for e, canaries := range map[delivery.EndpointID][]string{mine: {b.canary, "SAID"}, all: {"SAID"}} {
		list, err := w.sys.Deliveries(t.Context(), e, "", 100)
		must(t, err)
		if len(list) == 0 {
			t.Error("nothing was told")
		}
		for _, l := range list {
			for _, canary := range canaries {
				if strings.Contains(string(l.Message.Payload), canary) {
					t.Errorf("%s is in %s", canary, l.Message.Payload)
				}
			}
		}
	}
}

// TestEachOfManyNewTicketsIsToldOf also crosses the limit of ids in one event.
func TestEachOfManyNewTicketsIsToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{}, delivery.TicketCreated)
	w.pull(t, "tickets", number("0"))
	w.match(t, "Nordwind", w.account(t, "Nordwind"))
	var many []record.Record
	for i := range 2*change.MaxIDs + 7 {
		many = append(many, number(fmt.Sprint(i+1)))
	}
	w.pull(t, "tickets", many...)
	if got := w.told(t, e); len(got) != len(many) {
		t.Errorf("told of %d, want %d", len(got), len(many))
	}
}

// TestWhatIsOwedIsWrittenWithTheEvent lets the relay fail after its work: the
// event and what it owes are there together or not at all.
func TestWhatIsOwedIsWrittenWithTheEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.endpoint(t, record.AccountID{}, delivery.TicketCreated)
	w.pull(t, "tickets", number("1"))
	w.match(t, "Nordwind", w.account(t, "Nordwind"))
	w.relay(t)
	w.pull(t, "tickets", number("2"))
	if _, err := w.sys.TakeOutbox(t.Context(), 100, func(change.Event) error { return errors.New("crash") }); err == nil {
		t.Fatal("it did not fail")
	}
	list, err := w.sys.Deliveries(t.Context(), e, "", 10)
	must(t, err)
	if len(list) > 0 {
		t.Error("a delivery was written although its event was not taken")
	}
	w.expect(t, e, "ticket.created 2")
}

func TestARefreshedRecordIsToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	w.pull(t, "tickets", number("1"))
	w.match(t, "Nordwind", account)
	w.relay(t)
	e := w.endpoint(t, account)
	a, err := w.acc.Submit(t.Context(), owner(account), action.Draft{Account: account, Connection: w.conn, Kind: action.TicketCreate, Key: "k", Input: action.Input{Subject: "New"}})
	must(t, err)
	c, _, err := w.sys.Claim(t.Context(), a.ID, time.Minute)
	must(t, err)
	must(t, w.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Keep: true}))
	must(t, w.sys.Settle(t.Context(), c, action.Step{State: action.Confirmed, Records: []record.Record{number("9")}}))
	got := w.told(t, e)
	slices.Sort(got)
	if want := []string{"action.confirmed", "record.changed 9", "ticket.created 9"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
