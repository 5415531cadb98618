package apikey_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestATokenIsKnownByItsLooks(t *testing.T) {
	t.Parallel()
	find := regexp.MustCompile(apikey.Pattern)
	seen := map[string]bool{}
	for range 200 {
		token, start := apikey.NewToken()
		if seen[token] || !strings.HasPrefix(token, start) || len(start) != 14 {
			t.Fatalf("%q begins with %q", token, start)
		}
		seen[token] = true
		if got := find.FindString("PORTICO_KEY=" + token + "\n"); got != token {
			t.Fatalf("found %q of %q", got, token)
		}
		if _, ok := apikey.Hash(token); !ok {
			t.Fatalf("%q is not one", token)
		}
	}
}

func TestWhatOnlyLooksLikeATokenIsNone(t *testing.T) {
	t.Parallel()
	token, _ := apikey.NewToken()
	one, _ := apikey.Hash(token)
	other, _ := apikey.NewToken()
	if two, _ := apikey.Hash(other); one == two {
		t.Error("two tokens have one hash")
	}
	for i := range token {
		c := byte('x')
		if token[i] == c {
			c = 'y'
		}
		if _, ok := apikey.Hash(token[:i] + string(c) + token[i+1:]); ok {
			t.Errorf("accepted with another character at %d", i)
		}
	}
	for _, text := range []string{"", token[1:], token + "0", " " + token[1:], strings.ToUpper(token), token[:len(token)-1]} {
		if _, ok := apikey.Hash(text); ok {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestAKeyReachesWhatItWasMadeFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	a, b := record.NewAccountID(), record.NewAccountID()
	whole, part := apikey.Key{Scopes: []apikey.Scope{apikey.TicketsRead}}, apikey.Key{Accounts: []record.AccountID{a}}
	if !whole.Reaches(a) || !whole.Reaches(b) || !part.Reaches(a) || part.Reaches(b) || whole.Reaches(record.AccountID{}) {
		t.Error("a key reaches something else")
	}
	if !whole.May(apikey.TicketsRead) || whole.May(apikey.ActionsWrite) || part.May("") {
		t.Error("a key may something else")
	}
	for want, k := range map[apikey.State]apikey.Key{
		apikey.Good: {Expires: now.Add(time.Second)}, apikey.Expired: {Expires: now}, apikey.Revoked: {Revoked: now, Expires: now},
	} {
		if got := k.State(now); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if id := string(apikey.NewID()); !apikey.IsID(id) || apikey.IsID(id[4:]) {
		t.Error("an id is not known as one")
	}
}

func TestAUselessKeyIsRefusedByField(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	good := apikey.Key{Name: "Books", Scopes: []apikey.Scope{apikey.AccountsRead}}
	if err := good.Check(now); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*apikey.Key){
		"name":    func(k *apikey.Key) { k.Name = strings.Repeat("é", 61) },
		"scopes":  func(k *apikey.Key) { k.Scopes = append(k.Scopes, "everything:write") },
		"expires": func(k *apikey.Key) { k.Expires = now },
	} {
		k := good
		change(&k)
		if err := k.Check(now); !fault.Is(err, fault.Invalid) || fault.Fields(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (apikey.Key{}).Check(now); len(fault.Fields(err)) != 2 {
		t.Errorf("nothing filled in: %v", fault.Fields(err))
	}
}
