package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// The model is what a source and three accounts should come to, in maps. It
// knows nothing of staging, identities or transactions: what an account sees is
// computed from what the source last said and what people matched.

type modelTicket struct{ company, title string }

type modelComment struct{ parent, text string }

type modelAction struct {
	id       action.ID
	account  int
	external string
	state    action.State
	claim    *action.Claim // of the newest lease, nil when given back
	astray   bool          // its record left the account, or this life of it ended
}

type model struct {
	*world
	accounts []record.AccountID
	tickets  map[string]modelTicket
	comments map[string]modelComment
	matched  map[string]int // company → account
	actions  []*modelAction
	pulls    int
}

var modelCompanies = []string{"k0", "k1", "k2", "k3"}

func newModel(rt *rapid.T, at place) *model {
	w := &world{place: at, now: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)}
	o := at.options()
	o.Now = w.clock
	st, err := store.Open(rt.Context(), o, true)
	check(rt, err)
	w.Store, w.sys, w.acc, w.conn = st, st.System(), st.Account(), record.NewConnectionID()
	check(rt, w.sys.CreateConnection(rt.Context(), remote.Connection{ID: w.conn, Connector: "requesttracker", Name: "Help desk"},
		[]remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket, record.KindComment}, Every: time.Minute, Census: time.Hour, Sweep: true}}))
	m := &model{world: w, tickets: map[string]modelTicket{}, comments: map[string]modelComment{}, matched: map[string]int{}}
	for i := range 3 {
		m.accounts = append(m.accounts, record.NewAccountID())
		check(rt, w.sys.CreateAccount(rt.Context(), record.AccountInfo{ID: m.accounts[i], Name: fmt.Sprint("account ", i)}))
	}
	return m
}

func check(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatalf("%v", err)
	}
}

// whose is the account that sees a ticket, or -1.
func (m *model) whose(ticket string) int {
	if t, ok := m.tickets[ticket]; ok {
		if a, ok := m.matched[t.company]; ok {
			return a
		}
	}
	return -1
}

// settleDown lets the model's actions follow where their records went.
func (m *model) settleDown() {
	for _, a := range m.actions {
		if a.astray || m.whose(a.external) == a.account {
			continue
		}
		a.astray = true
		if a.state != action.Recorded && a.state != action.Retrying {
			continue
		}
		a.state, a.claim = action.Dead, nil
		if _, there := m.tickets[a.external]; there {
			a.state = action.Refused
		}
	}
}

// pass runs one pull with a page.
func (m *model) pass(rt *rapid.T, mode remote.PullMode, do func(r run.Run) run.Run) {
	m.pulls++
	m.world.pass(time.Second)
	r, ok, err := m.sys.Begin(rt.Context(), run.Due{Connection: m.conn, Stream: "tickets", Mode: mode}, lease)
	check(rt, err)
	if !ok {
		rt.Fatal("the stream is leased")
	}
	r = do(r)
	r.State = run.Done
	check(rt, m.sys.Finish(rt.Context(), r, m.clock()))
	m.settleDown()
}

func (m *model) pull(rt *rapid.T) {
	var p remote.Page
	at := m.clock().Add(time.Duration(m.pulls) * time.Second)
	for range rapid.IntRange(1, 6).Draw(rt, "records") {
		ext := fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "ticket"))
		text := fmt.Sprint("version ", rapid.IntRange(0, 2).Draw(rt, "version"))
		if rapid.Bool().Draw(rt, "is a comment") {
			c := fmt.Sprint("c", rapid.IntRange(0, 7).Draw(rt, "comment"))
			m.comments[c] = modelComment{ext, c + " " + text}
			p.Records = append(p.Records, comment(c, ext, c+" "+text, at))
			continue
		}
		company := rapid.SampledFrom(modelCompanies).Draw(rt, "company")
		m.tickets[ext] = modelTicket{company, ext + " " + text}
		p.Records = append(p.Records, ticket(ext, company, ext+" "+text, "open", at))
	}
	if rapid.IntRange(0, 3).Draw(rt, "deletes") == 0 {
		gone := record.Ref{Connection: m.conn, Kind: record.KindTicket, External: fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "gone"))}
		p.Deleted = append(p.Deleted, gone)
		m.settleDown() // the records of a page come before its deletions
		m.forget(gone.External)
	}
	m.pass(rt, remote.Changes, func(r run.Run) run.Run {
		r, err := m.sys.Commit(rt.Context(), r, p, lease)
		check(rt, err)
		return r
	})
}

// forget takes a ticket and its comments out of the model. What was sent keeps
// its state: the worker finds out that the record is gone.
func (m *model) forget(ticket string) {
	delete(m.tickets, ticket)
	for id, c := range m.comments {
		if c.parent == ticket {
			delete(m.comments, id)
		}
	}
	m.settleDown()
}

func (m *model) census(rt *rapid.T) {
	var seen []string
	for _, ext := range keys(m.tickets) {
		if rapid.IntRange(0, 4).Draw(rt, "gone at the source") == 0 {
			m.forget(ext)
		} else {
			seen = append(seen, ext)
		}
	}
	m.pass(rt, remote.Census, func(r run.Run) run.Run {
		_, err := m.sys.Sweep(rt.Context(), r, record.KindTicket, seen, true)
		check(rt, err)
		return r
	})
}

func (m *model) match(rt *rapid.T) {
	key, account := rapid.SampledFrom(modelCompanies).Draw(rt, "company"), rapid.IntRange(0, 2).Draw(rt, "account")
	err := m.sys.Match(rt.Context(), m.conn, key, m.accounts[account], "test")
	had, was := m.matched[key]
	known, lookErr := m.Texts(rt.Context(), "SELECT key FROM companies WHERE key = ?", key)
	check(rt, lookErr)
	if allowed := len(known) == 1 && (!was || had == account); allowed != (err == nil) || err != nil && !fault.Is(err, fault.Conflict) {
		rt.Fatalf("match %s to %d: %v", key, account, err)
	}
	if err == nil {
		m.matched[key] = account
	}
}

func (m *model) unmatch(rt *rapid.T) {
	key := rapid.SampledFrom(modelCompanies).Draw(rt, "company")
	check(rt, m.sys.Unmatch(rt.Context(), m.conn, key))
	delete(m.matched, key)
	m.settleDown()
}

func (m *model) submit(rt *rapid.T) {
	account, ext := rapid.IntRange(0, 2).Draw(rt, "account"), fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "ticket"))
	ids, err := m.Texts(rt.Context(), "SELECT record_id FROM identities WHERE kind = 'ticket' AND external_id = ?", ext)
	check(rt, err)
	target := record.NewID()
	if len(ids) == 1 {
		target, err = record.ParseID(ids[0])
		check(rt, err)
	}
	a, err := m.acc.Submit(rt.Context(), owner(m.accounts[account]), action.Draft{Account: m.accounts[account], Kind: action.TicketReply, Target: target, Key: fmt.Sprint(len(m.actions))})
	if theirs := m.whose(ext) == account; theirs != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
		rt.Fatalf("account %d asks on %s of %d: %v", account, ext, m.whose(ext), err)
	}
	if err == nil {
		m.actions = append(m.actions, &modelAction{id: a.ID, account: account, external: ext, state: action.Recorded})
	}
}

func (m *model) anAction(rt *rapid.T) *modelAction {
	if len(m.actions) == 0 {
		rt.Skip("nobody asked for anything")
	}
	return m.actions[rapid.IntRange(0, len(m.actions)-1).Draw(rt, "action")]
}

func (m *model) claim(rt *rapid.T) {
	a := m.anAction(rt)
	may := a.state.Blocks() && a.claim == nil
	for _, b := range m.actions {
		if b == a {
			break
		}
		may = may && (b.external != a.external || !b.state.Blocks())
	}
	c, ok, err := m.sys.Claim(rt.Context(), a.id, 1000*lease)
	check(rt, err)
	if ok != may {
		rt.Fatalf("claim of %+v: %v, want %v", a, ok, may)
	}
	if ok {
		a.claim = &c
	}
}

func (m *model) settle(rt *rapid.T) {
	a := m.anAction(rt)
	if a.claim == nil {
		return
	}
	to := rapid.SampledFrom(action.States).Draw(rt, "state")
	err := m.sys.Settle(rt.Context(), *a.claim, action.Step{State: to, Begin: to == action.Sending})
	if legal := action.Move(a.state, to) == nil || a.state == to && !to.Final(); legal != (err == nil) {
		rt.Fatalf("%s → %s: %v", a.state, to, err)
	}
	if err == nil {
		a.state, a.claim = to, nil
	}
}

func (m *model) withdraw(rt *rapid.T) {
	a := m.anAction(rt)
	account := rapid.IntRange(0, 2).Draw(rt, "account")
	_, err := m.acc.Withdraw(rt.Context(), owner(m.accounts[account]), m.accounts[account], a.id)
	early := slices.Contains([]action.State{action.Recorded, action.Retrying, action.Conflict, action.Dead}, a.state) && a.claim == nil
	if may := account == a.account && early; may != (err == nil) {
		rt.Fatalf("%d withdraws %+v: %v", account, a, err)
	}
	if err == nil {
		a.state = action.Withdrawn
	}
}

// agree compares everything that anybody can see with the model.
func (m *model) agree(rt *rapid.T) {
	visible := 0
	for i, account := range m.accounts {
		s := owner(account)
		var want []string
		for _, ext := range keys(m.tickets) {
			if m.whose(ext) == i {
				want = append(want, m.tickets[ext].title+": "+strings.Join(m.talk(ext), ", "))
				visible += 1 + len(m.talk(ext))
			}
		}
		page, err := m.acc.List(rt.Context(), s, account, record.Query{Kind: record.KindTicket, Sort: record.SortTitle})
		check(rt, err)
		var got []string
		comments := 0
		for _, r := range page.Rows {
			entries, err := m.acc.Timeline(rt.Context(), s, account, r.ID)
			check(rt, err)
			var texts []string
			for _, e := range entries {
				texts = append(texts, e.Comment.Text)
			}
			slices.Sort(texts)
			comments += len(texts)
			got = append(got, r.Title+": "+strings.Join(texts, ", "))
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("account %d sees %q, want %q", i, got, want)
		}
		// Comments that no ticket leads to would be somebody else's, or lost.
		all, err := m.acc.List(rt.Context(), s, account, record.Query{Kind: record.KindComment})
		check(rt, err)
		if len(all.Rows) != comments {
			rt.Fatalf("account %d has %d comments, %d on its tickets", i, len(all.Rows), comments)
		}
	}
	waiting, err := m.sys.Waiting(rt.Context(), m.conn)
	check(rt, err)
	if want := len(m.tickets) + len(m.comments) - visible; waiting != want {
		rt.Fatalf("%d wait in staging, want %d", waiting, want)
	}
	m.agreeOnActions(rt)
}

func (m *model) agreeOnActions(rt *rapid.T) {
	var want []string
	for _, a := range m.actions {
		want = append(want, fmt.Sprintf("%s %s %s", a.id, m.accounts[a.account], a.state))
	}
	got, err := m.Texts(rt.Context(), "SELECT id || ' ' || account_id || ' ' || state FROM actions ORDER BY seq")
	check(rt, err)
	if !slices.Equal(got, want) {
		rt.Fatalf("actions\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// talk is the texts on a ticket.
func (m *model) talk(ticket string) []string {
	var out []string
	for _, c := range m.comments {
		if c.parent == ticket {
			out = append(out, c.text)
		}
	}
	slices.Sort(out)
	return out
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestTheStoreAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		at, drop := makePlace(t)
		defer drop()
		m := newModel(rt, at)
		defer func() { _ = m.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"pull": m.pull, "pull again": m.pull, "match": m.match, "unmatch": m.unmatch, "census": m.census, "submit": m.submit,
			"submit more": m.submit, "claim": m.claim, "settle": m.settle, "withdraw": m.withdraw, "": m.agree,
		})
	})
}
