package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
)

// key makes an API key and returns it with the hash of its token.
func (w *world) key(t *testing.T, change func(*apikey.Key)) (apikey.Key, [32]byte) {
	t.Helper()
	token, start := apikey.NewToken()
	k := apikey.Key{ID: apikey.NewID(), Name: "Books", Start: start, Scopes: apikey.Scopes, By: "Amara"}
	if change != nil {
		change(&k)
	}
	hash, _ := apikey.Hash(token)
	must(t, w.sys.CreateKey(t.Context(), k, hash))
	return k, hash
}

func TestAKeyOpensUntilItIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	k, hash := w.key(t, func(k *apikey.Key) {
		k.Accounts, k.Scopes = []record.AccountID{a}, []apikey.Scope{apikey.TicketsRead}
		k.Expires = w.clock().Add(time.Hour)
	})
	got, err := w.sys.EnterKey(t.Context(), hash)
	must(t, err)
	if got.ID != k.ID || got.Name != "Books" || got.Start != k.Start || !got.Reaches(a) || got.Whole() || !got.May(apikey.TicketsRead) || got.May(apikey.AssetsRead) || got.By != "Amara" || !got.Created.Equal(w.clock()) {
		t.Errorf("%+v", got)
	}
	if _, err := w.sys.EnterKey(t.Context(), [32]byte{1}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an unknown key: %v", err)
	}
	w.pass(time.Hour)
	if _, err := w.sys.EnterKey(t.Context(), hash); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an expired key: %v", err)
	}
	revoked, hash := w.key(t, nil)
	if err := w.sys.CreateKey(t.Context(), revoked, [32]byte{3}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same form twice: %v", err)
	}
	must(t, w.sys.RevokeKey(t.Context(), revoked.ID))
	if _, err := w.sys.EnterKey(t.Context(), hash); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked key: %v", err)
	}
	if err := w.sys.RevokeKey(t.Context(), revoked.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoked twice: %v", err)
	}
	if err := w.sys.RevokeKey(t.Context(), "key-nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked nothing: %v", err)
	}
	list, err := w.sys.Keys(t.Context())
	must(t, err)
	if len(list) != 2 || list[0].ID != revoked.ID || list[0].State(w.clock()) != apikey.Revoked || list[1].State(w.clock()) != apikey.Expired {
		t.Errorf("%+v", list)
	}
}

func TestThatAKeyIsUsedIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, hash := w.key(t, nil)
	began := w.clock()
	for _, c := range []struct{ wait, seen time.Duration }{{0, 0}, {30 * time.Second, 0}, {29 * time.Second, 0}, {time.Second, time.Minute}} {
		w.pass(c.wait)
		_, err := w.sys.EnterKey(t.Context(), hash)
		must(t, err)
		got, err := w.sys.Key(t.Context(), k.ID)
		must(t, err)
		if !got.Used.Equal(began.Add(c.seen)) {
			t.Errorf("after %s: used %s", w.clock().Sub(began), got.Used.Sub(began))
		}
	}
}

func TestAUselessKeyIsNotMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, k := range map[string]apikey.Key{
		"name":     {Scopes: apikey.Scopes},
		"scopes":   {Name: "x", Scopes: []apikey.Scope{"all"}},
		"accounts": {Name: "x", Scopes: apikey.Scopes, Accounts: []record.AccountID{record.NewAccountID()}},
	} {
		k.ID = apikey.NewID()
		if err := w.sys.CreateKey(t.Context(), k, [32]byte{2}); !fault.Is(err, fault.Invalid) || fault.Fields(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if list, err := w.sys.Keys(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestKeysLeaveLeavesThatNameWhoMadeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	sys := w.sys.As(amara, action.Origin{IP: "192.0.2.7"})
	token, start := apikey.NewToken()
	hash, _ := apikey.Hash(token)
	k := apikey.Key{ID: apikey.NewID(), Name: "Books", Start: start, Scopes: apikey.Scopes}
	must(t, sys.CreateKey(t.Context(), k, hash))
	must(t, sys.RevokeKey(t.Context(), k.ID))
	w.key(t, nil) // by the command line
	for n := 1; n > 0; {
		var err error
		n, err = w.sys.Sequence(t.Context(), 100)
		must(t, err)
	}
	var leaves []string
	must(t, w.sys.ExportAudit(t.Context(), func(l audit.Line) error {
		if strings.Contains(l.Leaf, `"what":"api_key.`) {
			leaves = append(leaves, l.Leaf)
		}
		return nil
	}))
	text := strings.Join(leaves, "\n")
	if strings.Contains(text, token) || strings.Contains(text, "amara@") {
		t.Errorf("in clear: %s", text)
	}
	if len(leaves) != 3 || !strings.Contains(leaves[0], amara.User()) || !strings.Contains(leaves[1], amara.User()) || !strings.Contains(leaves[2], "command line") {
		t.Errorf("%d leaves: %s", len(leaves), text)
	}
}

// service is the scope of a program with a key for some accounts.
func service(k apikey.Key, accounts ...record.AccountID) access.Scope {
	k.Accounts = accounts
	return grant.Key(k)
}

func TestWhatAKeyAskedForIsSentOnlyWhileItIsGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	k, _ := w.key(t, func(k *apikey.Key) { k.Accounts = []record.AccountID{a.account} })
	act, err := w.acc.Submit(t.Context(), service(k, a.account), action.Draft{Account: a.account, Kind: action.TicketReply, Target: a.others, Key: "k", Input: action.Input{Text: "words"}})
	must(t, err)
	if act.Actor.User != string(k.ID) || act.Actor.Name != "API key Books" || act.Actor.Staff {
		t.Errorf("by %+v", act.Actor)
	}
	if u, role, err := w.sys.Rights(t.Context(), act); err != nil || role != access.Service || u.Name != "API key Books" {
		t.Errorf("%+v %s %v", u, role, err)
	}
	foreign := act
	foreign.Account, foreign.Target = b.account, b.others
	if _, _, err := w.sys.Rights(t.Context(), foreign); !fault.Is(err, fault.NotFound) {
		t.Errorf("in another account: %v", err)
	}
	must(t, w.sys.RevokeKey(t.Context(), k.ID))
	if _, _, err := w.sys.Rights(t.Context(), act); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was revoked: %v", err)
	}
	reader, _ := w.key(t, func(k *apikey.Key) { k.Scopes = []apikey.Scope{apikey.TicketsRead, apikey.ActionsRead} })
	if _, err := w.acc.Submit(t.Context(), grant.Key(reader), action.Draft{Account: a.account, Kind: action.TicketReply, Target: a.others, Key: "r"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a key that only reads: %v", err)
	}
}

// TestAKeySeesNothingOfTheTwin tries every method of the account handle with a key
// for one account on the other.
func TestAKeySeesNothingOfTheTwin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	k, _ := w.key(t, nil)
	s := service(k, a.account)
	before := owed(t, w)
	eachCall(w.acc, func(name string, f call) {
		got, foreign := f(t.Context(), s, b.account, b)
		_, missing := f(t.Context(), s, record.NewAccountID(), nobody())
		if foreign == nil || said(foreign) != said(missing) {
			t.Errorf("%s:\nforeign: %s %+v\nmissing: %s", name, said(foreign), got, said(missing))
		}
	})
	if after := owed(t, w); after != before {
		t.Error("refused calls left something")
	}
	if _, err := w.acc.RecordCall(t.Context(), s, approval.Call{Answer: answer(a.account, a.asked[1], approval.Approved), By: approval.Person{User: "u-boss", Role: "owner"}, Said: time.Unix(1, 0), Note: "n"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a program records a call: %v", err)
	}
	if _, err := w.acc.DecideApproval(t.Context(), s, answer(a.account, a.asked[0], approval.Approved)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a program decides: %v", err)
	}
	asked, err := w.acc.AskApproval(t.Context(), s, question(a.account, a.others, "by key", "words"))
	must(t, err)
	if asked.Asker.Name != "API key Books" {
		t.Errorf("asked by %+v", asked.Asker)
	}
}

func TestTheSameRequestIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, _ := w.key(t, nil)
	begin := func(key, request string) (apikey.Answer, error) {
		return w.sys.BeginAnswer(context.WithoutCancel(t.Context()), k.ID, key, request)
	}
	first, err := begin("one", "a")
	must(t, err)
	if first.Done || first.Seed == "" {
		t.Fatalf("%+v", first)
	}
	if _, err := begin("one", "a"); !fault.Is(err, fault.Conflict) || fault.RetryAfter(err) <= 0 {
		t.Errorf("while it is at work: %v", err)
	}
	if _, err := begin("one", "b"); !fault.Is(err, fault.Invalid) {
		t.Errorf("with another request: %v", err)
	}
	w.pass(2 * apikey.AnswerLease) // the first is believed dead
	second, err := begin("one", "a")
	must(t, err)
	if second.Seed != first.Seed || second.Done {
		t.Errorf("%+v, after %+v", second, first)
	}
	first.Status, first.Body = 500, "late"
	must(t, w.sys.EndAnswer(t.Context(), first)) // it was not dead, but is too late
	second.Status, second.Body = 201, "sealed"
	must(t, w.sys.EndAnswer(t.Context(), second))
	again, err := begin("one", "a")
	must(t, err)
	if !again.Done || again.Status != 201 || again.Body != "sealed" {
		t.Errorf("%+v", again)
	}
	refused, err := begin("two", "a")
	must(t, err)
	must(t, w.sys.DropAnswer(t.Context(), refused))
	if fresh, err := begin("two", "b"); err != nil || fresh.Done {
		t.Errorf("after a request that did nothing: %+v, %v", fresh, err)
	}
	other, _ := w.key(t, nil)
	if a, err := w.sys.BeginAnswer(t.Context(), other.ID, "one", "c"); err != nil || a.Done {
		t.Errorf("another key: %+v, %v", a, err)
	}
	w.pass(apikey.AnswerKept + time.Minute)
	if fresh, err := begin("one", "b"); err != nil || fresh.Done || fresh.Seed == first.Seed {
		t.Errorf("a day later: %+v, %v", fresh, err)
	}
	must(t, w.sys.Prune(t.Context()))
}

func TestOfManyWithOneIdempotencyKeyOneBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, _ := w.key(t, nil)
	const many = 16
	began := make(chan bool, many)
	for range many {
		go func() {
			_, err := w.sys.BeginAnswer(context.WithoutCancel(t.Context()), k.ID, "one", "a")
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			began <- err == nil
		}()
	}
	n := 0
	for range many {
		if <-began {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d began", n)
	}
}
