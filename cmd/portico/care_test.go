package main

import (
	"strings"
	"testing"
)

func TestCareOfAConnection(t *testing.T) {
	t.Parallel()
	const id = "01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3"
	for _, c := range []struct {
		args, call, says string
	}{
		{"connector status Desk", "streams Desk", "held: 7 of 9 records are missing."},
		{"connector status Desk", "streams Desk", "12 records wait for a company to be matched; nobody sees them."},
		{"connector runs Desk --limit 3", "runs Desk 3", "Nothing was pulled yet."},
		{"connector runs Desk --rejected r1", "rejects r1", "status: This is needed."},
		{"connector confirm-deletions Desk tickets", "confirm Desk tickets", "7 were removed here"},
		{"connector unmatch Desk Nordwind", "unmatch Desk Nordwind", "is hidden"},
		{"connector webhooks Desk", "hooks of Desk", "Address: https://portal.example/hooks/1?word=SECRET\n1. Enter the address there."},
		{"connector webhooks Desk", "hooks of Desk", "3 taken in, 0 repeated, 1 refused"},
		{"connector webhooks Desk word --keep-old", "make word of Desk true", "word, shown only now: made-here"},
		{"connector pause Desk", "pause Desk true", ""},
		{"connector resume Desk", "pause Desk false", ""},
		{"connector statuses Desk", "meanings Desk", "guess"},
		{"connector statuses Desk ticket stalled --state waiting --turn third --label Supplier", "mean Desk ticket stalled waiting third Supplier", ""},
		{"action list", "dead", "PRT-ABCDEFGHIJKL"},
		{"action retry " + id, "retry " + id, ""},
		{"action discard " + id + " --reason settled", "discard " + id + " settled", ""},
		{"action amend " + id, "amend " + id + " ", ""},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f}.run(t, strings.Fields(c.args)...)
			if code != 0 || len(f.calls) != 1 || f.calls[0] != c.call || !strings.Contains(out, c.says) {
				t.Errorf("code %d, calls %q\n%s%s", code, f.calls, out, errs)
			}
		})
	}
}

func TestAnActionIsNamedByItsID(t *testing.T) {
	t.Parallel()
	code, _, errs := shell{fake: &fake{}}.run(t, "action", "retry", "nonsense")
	if code != 2 || !strings.Contains(errs, "portico action list") {
		t.Errorf("code %d: %s", code, errs)
	}
}
