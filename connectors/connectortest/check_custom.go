package connectortest

import (
	"testing"
	"time"

	"portico/sync/record"
)

// customFields fills a custom field of a record, changes it and empties it.
func customFields(t testing.TB, b *bench) {
	b.settleAll(t)
	external := b.system.Records()[0]
	k := key{b.kindOf(external), external}
	for _, value := range []string{marker1, marker2, ""} {
		b.clock.Advance(time.Hour)
		b.system.Tailor(external, value)
		b.clock.Advance(b.system.Lag)
		b.settleAll(t)
		got := b.values[k].Custom
		if value == "" && carries(got, marker2) {
			t.Errorf("an emptied field stays: %+v", got)
		}
		if value != "" && !carries(got, value) {
			t.Errorf("a field with %s did not turn up: %+v", value, got)
		}
	}
	b.whole(t, "after custom fields changed")
}

func carries(list []record.Custom, value string) bool {
	for _, c := range list {
		for _, v := range c.Values {
			if v == value && c.ID != "" {
				return true
			}
		}
	}
	return false
}

// OrNil is a text, or nil where there is none: many systems send null then.
func OrNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}
