package approval_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
)

var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

func TestAFingerprintIsOfEverythingThatIsDecided(t *testing.T) {
	t.Parallel()
	v := approval.Version{Title: "Scanners", Text: "14 scanners", File: &action.File{Name: "quote.pdf", SHA256: "aa"}}
	seen := map[string]string{v.Digest(): "itself"}
	for what, change := range map[string]func(*approval.Version){
		"the title": func(v *approval.Version) { v.Title += "." },
		"the words": func(v *approval.Version) { v.Text += "." },
		"the name":  func(v *approval.Version) { v.File = &action.File{Name: "other.pdf", SHA256: "aa"} },
		"the bytes": func(v *approval.Version) { v.File = &action.File{Name: "quote.pdf", SHA256: "ab"} },
		"no file":   func(v *approval.Version) { v.File = nil },
		"a border":  func(v *approval.Version) { v.Title, v.Text = "Scanners14", " scanners" },
	} {
		other := v
		change(&other)
		if twin, taken := seen[other.Digest()]; taken {
			t.Errorf("%s has the fingerprint of %s", what, twin)
		}
		seen[other.Digest()] = what
	}
	same := v
	same.Number, same.At, same.Note = 9, noon, "moved"
	if same.Digest() != v.Digest() {
		t.Error("what is not decided is in the fingerprint")
	}
	if v.Fingerprint() != "aa" || (approval.Version{Text: "x"}).Fingerprint() == "" {
		t.Error("people compare something else than the file")
	}
}

func TestAnAnswerNeedsWordsWhereTheyMatter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state  approval.State
		reason string
		field  string
	}{
		{approval.Approved, "", ""}, {approval.Approved, "gladly", ""}, {approval.Declined, " \n", "reason"}, {approval.Changes, "", "reason"},
		{approval.Declined, "too dear", ""}, {approval.Changes, "fewer", ""}, {approval.Open, "", "answer"}, {approval.Withdrawn, "x", "answer"},
		{approval.Approved, strings.Repeat("x", approval.MaxReason+1), "reason"},
	} {
		err := approval.Answer{State: c.state, Reason: c.reason, Key: "k"}.Check()
		if (err == nil) != (c.field == "") || fault.Fields(err)[c.field] == "" && c.field != "" {
			t.Errorf("%s %q: %v", c.state, c.reason, err)
		}
	}
	if err := (approval.Answer{State: approval.Approved}).Check(); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a key: %v", err)
	}
}

func TestACallIsEvidenceOnlyWithWhoWhenAndHow(t *testing.T) {
	t.Parallel()
	whole := approval.Call{Answer: approval.Answer{State: approval.Approved, Key: "k"}, By: approval.Person{User: "u"}, Said: noon, Note: "called back on her number"}
	if err := whole.Check(noon); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*approval.Call){
		"by":     func(c *approval.Call) { c.By = approval.Person{} },
		"note":   func(c *approval.Call) { c.Note = " " },
		"said":   func(c *approval.Call) { c.Said = noon.Add(time.Hour) },
		"reason": func(c *approval.Call) { c.State = approval.Declined },
	} {
		c := whole
		change(&c)
		if err := c.Check(noon); fault.Fields(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestADraftAsksSomebodyForSomething(t *testing.T) {
	t.Parallel()
	whole := approval.Draft{Title: "Scanners", Text: "Order 14?", Roles: []access.Role{access.Owner}, Due: noon.Add(time.Hour), Remind: noon, Key: "k"}
	if err := whole.Check(noon); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*approval.Draft){
		"title":  func(d *approval.Draft) { d.Title = "" },
		"text":   func(d *approval.Draft) { d.Text = strings.Repeat("x", approval.MaxText+1) },
		"who":    func(d *approval.Draft) { d.Roles = nil },
		"due":    func(d *approval.Draft) { d.Due = noon.Add(-time.Hour) },
		"remind": func(d *approval.Draft) { d.Remind = d.Due.Add(time.Hour) },
	} {
		d := whole
		change(&d)
		if err := d.Check(noon); fault.Fields(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	finance := whole
	finance.Roles = []access.Role{access.Finance}
	if err := finance.Check(noon); fault.Fields(err)["who"] == "" {
		t.Errorf("a role that sees no approvals may be asked: %v", err)
	}
}

func TestTheReplySaysWhatWhoAndHow(t *testing.T) {
	t.Parallel()
	a := approval.Approval{Ref: "APR-X", Title: "Scanners", Versions: []approval.Version{{Number: 2, File: &action.File{Name: "quote.pdf", SHA256: "aabb"}}}}
	d := approval.Decision{State: approval.Declined, Version: 2, By: approval.Person{Name: "Ines Albrecht"}, Way: approval.Phone,
		RecordedBy: &approval.Person{Name: "Amara Osei"}, At: noon, Said: noon.Add(-time.Hour), Reason: "Too dear."}
	text := approval.Reply(a, d, "Nordwind")
	for _, part := range []string{"Declined: Scanners", "Too dear.", "Version 2, quote.pdf", "SHA-256 aabb", "Ines Albrecht for Nordwind", "by phone on 19 November 2026, 11:00 UTC, written down by Amara Osei", "APR-X"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing:\n%s", part, text)
		}
	}
}

func TestLateIsNoDecision(t *testing.T) {
	t.Parallel()
	a := approval.Approval{State: approval.Open, Due: noon}
	if a.Overdue(noon) || !a.Overdue(noon.Add(time.Second)) {
		t.Error("overdue at the wrong moment")
	}
	a.State = approval.Approved
	if a.Overdue(noon.Add(time.Hour)) {
		t.Error("what was decided is late")
	}
	if (approval.Approval{State: approval.Open}).Overdue(noon) {
		t.Error("late without a date")
	}
}
