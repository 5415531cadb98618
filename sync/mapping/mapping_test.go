package mapping_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func account(name string) record.AccountInfo {
	return record.AccountInfo{ID: record.NewAccountID(), Name: name}
}

// desk is a connection about which everything was decided once.
func desk() mapping.State {
	nordwind, halden := account("Nordwind"), account("Halden")
	c := remote.Connection{ID: record.NewConnectionID(), Connector: "requesttracker", Name: "Desk",
		Settings: map[string]string{"url": "https://rt.example.com/a", "queue": "Support", "tenant": "t-9"}}
	books := remote.Connection{ID: record.NewConnectionID(), Connector: "tryton", Name: "Books"}
	return mapping.State{
		Connection: c, Connections: []remote.Connection{books, c}, Accounts: []record.AccountInfo{nordwind, halden},
		Spec: remote.Spec{Fields: []remote.Field{{Name: "url", Label: "Address", Type: remote.URLField, Required: true}, {Name: "queue", Label: "Queue"},
			{Name: "token", Label: "Token", Type: remote.SecretField}, {Name: "tenant", Learned: true}}},
		Meanings: []record.Meaning{
			{Kind: record.KindTicket, Raw: "stalled", State: record.StateWaiting, Label: "Waiting", Turn: record.TurnThird},
			{Kind: record.KindTicket, Raw: "odd", State: record.StateUnmapped, Label: "odd", Turn: record.TurnProvider},
		},
		Companies: []run.Company{{Key: "1", Name: "Nordwind", Account: nordwind}, {Key: "2", Name: "Halden AG", Account: halden}, {Key: "3", Name: "Nobody"}},
		Rules:     []authority.Rule{{Kind: record.KindInvoice, Authority: books.ID, Other: c.ID, AuthorityName: "Books", OtherName: "Desk", Alone: authority.Held, Decided: noon}},
	}
}

func written(t *testing.T, s mapping.State) []byte {
	t.Helper()
	text, err := mapping.Of(s, noon).Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func plan(t *testing.T, text []byte, s mapping.State) mapping.Plan {
	t.Helper()
	f, err := mapping.Read(text, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := mapping.Compare(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAFileOfAConnectionChangesNothingInIt(t *testing.T) {
	t.Parallel()
	s := desk()
	text := written(t, s)
	if p := plan(t, text, s); p.Changes() != 0 || p.Counts()[mapping.Left] != 0 || p.Counts()[mapping.Same] != 6 {
		t.Errorf("%+v\n%s", p, text)
	}
	for _, never := range []string{"token", "t-9", "odd", "Nobody"} {
		if bytes.Contains(text, []byte(never)) {
			t.Errorf("%q is in the file:\n%s", never, text)
		}
	}
}

func TestAFileFillsAConnectionThatIsNew(t *testing.T) {
	t.Parallel()
	text := written(t, desk())
	s := desk() // elsewhere: every id is another
	s.Connection.Settings = map[string]string{"url": "https://rt.example.com/b"}
	s.Meanings, s.Rules = nil, nil
	for i := range s.Companies {
		s.Companies[i].Account = record.AccountInfo{}
	}
	p := plan(t, text, s)
	n := p.Counts()
	if n[mapping.Created] != 5 || n[mapping.Changed] != 1 || n[mapping.Left] != 0 {
		t.Fatalf("%v: %+v", n, p)
	}
	if got := p.Settled(s.Connection.Settings); got["url"] != "https://rt.example.com/a" || got["queue"] != "Support" {
		t.Errorf("settings %v", got)
	}
	if c := p.Choices[0]; c.Is.Authority != s.Connections[0].ID || c.Is.Other != s.Connection.ID || c.Is.Alone != authority.Held {
		t.Errorf("the authority is %+v", c)
	}
	if m := p.Companies[0]; m.Account.ID != s.Accounts[0].ID {
		t.Errorf("the company is %+v", m)
	}
}

func TestWhatCannotBeTakenIsLeftOutWithItsReason(t *testing.T) {
	t.Parallel()
	for why, change := range map[mapping.Why]func(*mapping.State){
		mapping.NotSeen:     func(s *mapping.State) { s.Companies = s.Companies[1:] },
		mapping.OtherName:   func(s *mapping.State) { s.Companies[0] = run.Company{Key: "1", Name: "Brightleaf"} },
		mapping.Taken:       func(s *mapping.State) { s.Companies[0].Account = s.Accounts[1] },
		mapping.NoAccount:   func(s *mapping.State) { s.Accounts = s.Accounts[1:] },
		mapping.TwoAccounts: func(s *mapping.State) { s.Accounts = append(s.Accounts[1:], account("nordwind"), account("Nordwind ")) },
		mapping.NoPartner:   func(s *mapping.State) { s.Connections, s.Rules = s.Connections[1:], nil },
		mapping.NoSetting:   func(s *mapping.State) { s.Spec.Fields = s.Spec.Fields[:1] },
		// Credentials must not follow a file to another machine, port or scheme.
		mapping.Elsewhere: func(s *mapping.State) { s.Connection.Settings["url"] = "http://rt.example.com/a" },
	} {
		was := desk()
		text := written(t, was)
		change(&was)
		p := plan(t, text, was)
		if n := p.Counts(); n[mapping.Left] != 1 || p.Changes() != 0 {
			t.Errorf("%s: %v", why, n)
		}
		var got []mapping.Why
		for _, m := range p.Companies {
			got = append(got, m.Why)
		}
		for _, x := range p.Settings {
			got = append(got, x.Why)
		}
		for _, x := range p.Choices {
			got = append(got, x.Why)
		}
		if text := strings.Trim(strings.Join(strs(got), " "), " "); text != string(why) {
			t.Errorf("%s: the reasons are %q", why, text)
		}
	}
}

func strs(list []mapping.Why) []string {
	var out []string
	for _, w := range list {
		if w != "" {
			out = append(out, string(w))
		}
	}
	return out
}

func TestAFileThatIsNotUnderstoodIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := desk()
	good := string(written(t, s))
	for says, text := range map[string]string{
		"Choose a file":           " ",
		"is damaged":              good[:len(good)/2],
		"no file of a connection": strings.Replace(good, mapping.Format, "portico dictionary 1", 1),
		"newer Portico":           strings.Replace(good, `"version": 1`, `"version": 2, "colour": "red"`, 1),
		"unknown field":           strings.Replace(good, `"version": 1`, `"version": 1, "colour": "red"`, 1),
		"which version":           strings.Replace(good, `"version": 1`, `"version": 0`, 1),
		"another kind of system":  strings.Replace(good, "requesttracker", "zammad", 1),
		"holds a credential":      strings.Replace(good, `"settings": {`, `"settings": {"token": "1-1-abc",`, 1),
		"something that there is": strings.Replace(good, `"waiting"`, `"maybe"`, 1),
		"stands there twice":      strings.Replace(good, `"key": "2"`, `"key": "1"`, 1),
		"can be made":             strings.Replace(good, `"held"`, `"burnt"`, 1),
		"line 2 cannot be read":   "{\n  nonsense",
		"cannot be shown":         strings.Replace(good, `"Support"`, `"Sup\u0007port"`, 1),
	} {
		f, err := mapping.Read([]byte(text), s)
		if err == nil {
			_, err = mapping.Compare(f, s)
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Public(err), says) {
			t.Errorf("%s: %v", says, err)
		}
		if err != nil && strings.Contains(err.Error(), "1-1-abc") {
			t.Errorf("the credential is in %v", err)
		}
	}
}
