package authority_test

import (
	"testing"

	"portico/sync/authority"
	"portico/sync/record"
)

func things(pairs ...string) []authority.Thing {
	var out []authority.Thing
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, authority.Thing{ID: record.NewID(), External: pairs[i], Key: pairs[i+1]})
	}
	return out
}

func TestAGuessAttachesNothing(t *testing.T) {
	t.Parallel()
	decided := authority.Decisions{{Other: "b4", Authority: "a4"}: true, {Other: "b5", Authority: "a5"}: false, {Other: "b6", Authority: "gone"}: true}
	got := authority.Settle(
		things("b1", "inv-1", "b2", "inv-2", "b2'", "inv-2", "b3", "", "b4", "other", "b5", "inv-5", "b6", "inv-6"),
		things("a1", "inv-1", "a2", "inv-2", "a3", "", "a4", "inv-4", "a5", "inv-5"), decided)
	for i, want := range []struct {
		state authority.State
		of    string
		sure  bool
	}{
		{authority.Waiting, "a1", true},
		{authority.Waiting, "a2", false}, {authority.Waiting, "a2", false},
		{authority.Single, "", false},
		{authority.Linked, "a4", false},
		{authority.Single, "", false},
		{authority.Single, "", false}, // what it was attached to is gone
	} {
		v := got[i]
		of := ""
		if v.Of != nil {
			of = v.Of.External
		}
		if v.State != want.state || of != want.of || v.Sure != want.sure {
			t.Errorf("%s: %s of %q, sure %v; want %+v", v.External, v.State, of, v.Sure, want)
		}
	}
}

func TestWhatWaitsIsNeverShownBesideItsAuthority(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state authority.State
		alone authority.Alone
		want  bool
	}{
		{authority.Linked, authority.Shown, true}, {authority.Waiting, authority.Shown, true}, {authority.Single, authority.Shown, false},
		{authority.Linked, authority.Held, true}, {authority.Waiting, authority.Held, true}, {authority.Single, authority.Held, true},
	} {
		if got := (authority.Verdict{State: c.state}).Hidden(c.alone); got != c.want {
			t.Errorf("%s, %s: hidden %v", c.state, c.alone, got)
		}
	}
}

func TestKeysAreExactButForCaseAndSpace(t *testing.T) {
	t.Parallel()
	if authority.Key(" INV-1 ", "7", "EUR") != authority.Key("inv-1", "7", "eur") {
		t.Error("case and space make no other number")
	}
	if authority.Key("inv-1", "7") == authority.Key("inv-1", "8") || authority.Key("inv-1") == authority.Key("inv-01") {
		t.Error("other values make another key")
	}
	if authority.Key("", "7", "EUR") != "" || authority.Key() != "" {
		t.Error("what has no number has no key")
	}
	for _, k := range authority.Kinds {
		if len(authority.Fields(k)) > 3 {
			t.Errorf("%s: three fields are read", k)
		}
		if authority.Money(k) != (authority.Usual(k) == authority.Held) {
			t.Errorf("%s: money that only one system has is kept back until somebody looks", k)
		}
	}
}
