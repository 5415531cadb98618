package manifest_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"portico/connectors/manifest"
	"portico/sync/fault"
	"portico/sync/record"
)

// good is a small manifest without mistakes; tests spoil one line of it.
const good = `portico: 1
id: desk
name: Desk
config:
  url: {type: url, label: Address, required: true}
  token: {type: secret, label: Token, required: true}
http:
  base: config.url
  auth: {kind: bearer, token: "{token}"}
  errors:
    - {status: 401, is: auth, say: "No."}
    - {status: 4xx, is: reject}
check:
  steps:
    - {name: sign in, request: {path: /me}}
streams:
  tickets:
    every: 1m
    fresh_for: 5m
    request:
      path: /tickets
      query: {since: "{since}"}
    items: body.tickets
    paging: {kind: page, parameter: page, size: 50, total: body.total}
    incremental:
      field: item.updated
      format: "2006-01-02"
      overlap: 15m
    emit:
      - kind: ticket
        key: item.id
        company: item.company
        map:
          number: item.id
          status: item.status
`

func TestAGoodManifestLoads(t *testing.T) {
	t.Parallel()
	m, err := manifest.Load(fstest.MapFS{"desk.yaml": {Data: []byte(good)}}, "desk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != "desk" || m.StreamOrder[0] != "tickets" || len(m.Streams["tickets"].Emit[0].Fields) == 0 {
		t.Errorf("loaded %+v", m)
	}
}

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ old, with, want string }{
		"a key with a typo": {"    items: body.tickets", "    itmes: body.tickets",
			`desk.yaml:23:5: unknown key "itmes"; did you mean "items"?`},
		"a missing key": {"        key: item.id\n", "", `desk.yaml:30:9: missing "key"`},
		"a wrong type":  {"    every: 1m", "    every: 1", `desk.yaml:18:12: this is a number, but must be a string`},
		"an unknown choice": {"kind: bearer, token: \"{token}\"", "kind: magic",
			`desk.yaml:9:16: magic is not one of: none, basic, header, bearer`},
		"an expression that does not parse": {"company: item.company", "company: item.company +",
			`desk.yaml:32:31: expression: unexpected token EOF`},
		"an expression that knows no such name": {"status: item.status", "status: itm.status",
			`desk.yaml:35:19: expression: unknown name itm`},
		"a setting that does not exist": {"base: config.url", "base: config.uri",
			`desk.yaml:8:16: expression: unknown field uri`},
		"a secret used as a setting": {"base: config.url", "base: config.token",
			`desk.yaml:8:16: expression: unknown field token`},
		"a condition that is no condition": {"        key: item.id", "        keep: '\"yes\"'\n        key: item.id",
			`desk.yaml:31:15: expression: expected bool, but got string`},
		"a mistake inside a URL": {`{since: "{since}"}`, `{since: "from {sinc}"}`,
			`desk.yaml:22:29: expression: unknown name sinc`},
		"a brace that is never closed": {"path: /tickets", `path: "/tickets/{config.url"`,
			`desk.yaml:21:13: a { is never closed; write {{ for a plain brace`},
		"a dead error rule": {"- {status: 4xx, is: reject}", "- {status: 4xx, is: reject}\n    - {status: 404, is: gone}",
			`desk.yaml:13:8: this rule can never fire: earlier rules match every status that it asks for`},
		"a key of another kind": {"          number: item.id", "          number: item.id\n          serial: item.sn",
			`desk.yaml:35:11: unknown key "serial"`},
		"a record that nobody could see": {"        company: item.company\n", "",
			`desk.yaml:30:9: a record needs "company" or "parent", or nobody could ever see it`},
		"a cursor without a total": {", total: body.total", "",
			`desk.yaml:26:7: an incremental stream by page number needs paging.total, or rows could be missed unseen`},
		"a list that cannot go on": {"parameter: page, ", "",
			`desk.yaml:24:14: nothing in the request says which part of the list is asked for: give "parameter", or use page in the request`},
		"a first page that is not counted": {"kind: page, parameter", "first: 0, kind: keyset, key: item.id, parameter",
			`desk.yaml:24:30: keyset is not page`},
		"a tombstone that is mapped": {"        key: item.id", "        deleted: true\n        key: item.id",
			`desk.yaml:34:9: this key is not allowed here`},
		"a feed of tombstones without dates": {"        key: item.id\n        company: item.company\n        map:\n          number: item.id\n          status: item.status\n",
			"        key: item.id\n        deleted: true\n",
			`desk.yaml:30:9: tombstones that are read by a cursor need "updated" or "version"`},
		"a rule that is asked for twice": {"- {status: 4xx, is: reject}", "- {status: 4xx, when: body.a == 1, is: reject}\n    - {status: 404, when: body.a == 1, is: gone}",
			`desk.yaml:13:8: this rule can never fire: earlier rules match every status that it asks for`},
		"a rule whose condition is never true": {"- {status: 4xx, is: reject}", "- {status: 4xx, when: 'false', is: reject}",
			`desk.yaml:12:27: this rule can never fire: its condition is never true`},
		"a rule against all good answers": {"- {status: 4xx, is: reject}", "- {status: [200, 4xx], is: reject}",
			`desk.yaml:12:8: this rule would refuse every good answer; say when`},
		"a form of time that is none": {`format: "2006-01-02"`, `format: iso`,
			`desk.yaml:27:15: "iso" is neither rfc3339, unix, unix_ms or date nor a Go layout`},
		"a window without a cursor": {"    paging: {kind: page, parameter: page, size: 50, total: body.total}\n    incremental:\n      field: item.updated\n      format: \"2006-01-02\"\n      overlap: 15m\n",
			"    paging: {kind: page, parameter: page, size: 50, window: 1000, total: body.total}\n", `desk.yaml:24:61: a list that is capped is asked for again from the last change`},
		"a delta where no token fits": {"    incremental:\n      field: item.updated\n      format: \"2006-01-02\"\n      overlap: 15m\n", "    delta: {token: body.x}\n",
			`desk.yaml:25:13: without "parameter" the token takes the place of a list's cursor or address`},
		"two cursors": {"      overlap: 15m", "      overlap: 15m\n    delta: {token: body.x, parameter: t}",
			`desk.yaml:29:13: a stream has a cursor of ours (incremental) or one of the system's (delta), not both`},
		"an overlap that is too short": {"overlap: 15m", "overlap: 1m",
			`desk.yaml:26:7: the overlap must be at least 15m0s, for late commits and clocks that differ`},
		"an action that is never read back": {"streams:\n", "actions:\n  ticket.close:\n    label: Close\n    timeout: 9s\n    grace: 9s\n    send: {request: {method: PUT, path: /x}}\nstreams:\n",
			`desk.yaml:17:3: missing "confirm"`},
		"a file that is not YAML": {"portico: 1", "portico: [1", `desk.yaml:2:1: ',' or ']' must be specified`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(good, c.old) {
				t.Fatalf("the good manifest has no %q", c.old)
			}
			text := strings.Replace(good, c.old, c.with, 1)
			problems := manifest.Lint("desk.yaml", []byte(text))
			for _, p := range problems {
				if strings.HasPrefix(p.String(), c.want) {
					return
				}
			}
			t.Errorf("want %s\ngot  %s", c.want, problems.Error())
		})
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("item.status", "itm.status", "config.url", "config.uri").Replace(good)
	_, err := manifest.Parse("desk.yaml", []byte(text))
	var problems manifest.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || !fault.Is(err, fault.Setup) {
		t.Fatalf("got %v", err)
	}
	if problems[0].Line != 8 || problems[1].Line != 35 {
		t.Errorf("not in the order of the file: %v", problems)
	}
}

func TestAMistakeInAFoldedExpressionHasItsLine(t *testing.T) {
	t.Parallel()
	text := strings.Replace(good, "          status: item.status", "          status: |\n            item.status +\n            wrong.name", 1)
	problems := manifest.Lint("desk.yaml", []byte(text))
	if len(problems) != 1 || problems[0].String() != "desk.yaml:37:13: expression: unknown name wrong" {
		t.Errorf("got %v", problems)
	}
}

func TestTheSchemaAllowsWhatTheEngineBuilds(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"account", "contact", "ticket", "comment", "attachment", "asset"} {
		for _, key := range manifest.Shape(record.Kind(kind)) {
			if !strings.Contains(string(manifest.Schema()), `"`+key+`"`) {
				t.Errorf("the schema does not know %s.%s", kind, key)
			}
		}
	}
}

func TestNothingMakesTheParserPanic(t *testing.T) {
	t.Parallel()
	hostile := []string{"", "a", "[]", "---\n---\n", "a: &a [*a]", "portico: {", "\x00", strings.Repeat("a: {", 500), "? ", "!!binary x"}
	for _, text := range hostile {
		if len(manifest.Lint("x.yaml", []byte(text))) == 0 {
			t.Errorf("%.20q loaded", text)
		}
	}
}

func TestTheBuiltInManifestHasNoProblems(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../catalog/requesttracker/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if problems := manifest.Lint("manifest.yaml", data); len(problems) > 0 {
		t.Error(problems.Error())
	}
}

func TestOnlyMembersThatAreAskedForAreWanted(t *testing.T) {
	t.Parallel()
	m, err := manifest.Parse("desk.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if n := m.Names(); !n.Has("company") || !n.Has("tickets") || n.Has("unheard") {
		t.Errorf("asked for %v", n)
	}
	open := strings.Replace(good, "company: item.company", "company: item[config.url]", 1)
	if m, err = manifest.Parse("desk.yaml", []byte(open)); err != nil || !m.Names().All() {
		t.Errorf("a member that only a run can name was not kept (%v)", err)
	}
	data, err := os.ReadFile("../catalog/requesttracker/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if m, err = manifest.Parse("manifest.yaml", data); err != nil || m.Names().All() {
		t.Errorf("Request Tracker's pages are kept whole, which is slow (%v)", err)
	}
}
