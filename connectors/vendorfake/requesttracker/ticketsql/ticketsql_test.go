package ticketsql_test

import (
	"testing"
	"time"

	"portico/connectors/vendorfake/requesttracker/ticketsql"
)

var schema = ticketsql.Schema{
	"id": ticketsql.Number, "queue": ticketsql.Text, "status": ticketsql.Text,
	"subject": ticketsql.Text, "lastupdated": ticketsql.Date,
}

type row struct {
	text  map[string][]string
	dates map[string]time.Time
}

func (r row) Text(field string) []string  { return r.text[field] }
func (r row) Date(field string) time.Time { return r.dates[field] }

func TestMatch(t *testing.T) {
	t.Parallel()
	r := row{
		text: map[string][]string{
			"id": {"7"}, "queue": {"Support", "3"}, "status": {"open", "__Active__"},
			"subject": {"VPN drops at the depot"}, "cf.client": {"Nordwind Logistik GmbH"},
		},
		dates: map[string]time.Time{"lastupdated": time.Date(2026, 11, 21, 17, 19, 57, 0, time.UTC)},
	}
	cases := map[string]bool{
		"id = 7":                     true,
		"id=7 OR id=8":               true,
		"id > 9":                     false,
		"id > 10 OR id <= 7":         true,
		"id != 7":                    false,
		"id = 'abc'":                 false,
		"ID > 6 AND queue='support'": true,
		"Queue = 3":                  true,
		"(id = 1 OR id = 7) AND Status='__Active__'": true,
		"(id = 1 OR id = 2) AND Status='open'":       false,
		"'CF.{Client}'='Nordwind Logistik GmbH'":     true,
		"CF.{Client} LIKE 'wind'":                    true,
		"'CF.{Nope}' = 'x'":                          false,
		"'CF.{Nope}' IS NULL":                        true,
		"'CF.{Client}' IS NOT NULL":                  true,
		"Subject NOT LIKE 'printer'":                 true,
		"Subject STARTSWITH 'vpn'":                   true,
		`Subject = 'it\'s'`:                          false,
		"LastUpdated >= '2026-11-21 17:19:57'":       true,
		"LastUpdated > '2026-11-21 17:19:57'":        false,
		"LastUpdated > '2026-11-21T23:00:00Z'":       true, // cut to midnight
		"LastUpdated = '2026-11-21'":                 true,
	}
	for text, want := range cases {
		q, err := ticketsql.Parse(text, schema, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := q.Match(r); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Foo = 'x'", "id >", "id IN (1,2)", "id = 1 id = 2", "(id = 1", "id = 1)", "Subject = 'x",
		"id = 1 OR id = 2 AND id = 2", "", "'CF.{Client' = 'x' AND CF.{x", "Subject LIKE 'it''s'",
	} {
		if _, err := ticketsql.Parse(text, schema, time.UTC); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestReadDate(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		text string
		zone *time.Location
		want string
	}{
		{"2026-11-21 17:19:57", time.UTC, "2026-11-21T17:19:57Z"},
		{"2026-11-21 18:19:57", berlin, "2026-11-21T17:19:57Z"},
		{"2026-11-21T17:19:57", time.UTC, "2026-11-21T17:19:57Z"},
		{"2026-11-21T17:19:57Z", time.UTC, "2026-11-21T00:00:00Z"},
		{"2026-11-21T17:19:57.000Z", berlin, "2026-11-20T23:00:00Z"},
		{"2026-11-21T18:19:57+01:00", time.UTC, "2026-11-21T17:19:57Z"},
		{"2026-11-21T18:19:57+01:00", berlin, "2026-11-21T16:19:57Z"},
		{"2026-11-21 17:19:57 UTC", berlin, "2026-11-21T16:19:57Z"},
		{"2026-11-21 17:19", time.UTC, "2026-11-21T17:19:00Z"},
		{"2026-11-21", time.UTC, "2026-11-21T00:00:00Z"},
		{"2026-99-99", time.UTC, "1970-01-01T00:00:00Z"},
		{"1795291200", time.UTC, "1970-01-01T00:00:00Z"},
		{"garbage", time.UTC, "1970-01-01T00:00:00Z"},
		{"", time.UTC, "1970-01-01T00:00:00Z"},
	}
	for _, c := range cases {
		if got := ticketsql.ReadDate(c.text, c.zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%q in %s: got %s, want %s", c.text, c.zone, got, c.want)
		}
	}
}
