package approval

import (
	"fmt"
	"strings"
)

// verbs say a decision as a sentence begins.
var verbs = map[State]string{Approved: "Approved", Declined: "Declined", Changes: "Changes asked"}

// Reply is what the other system is told about a decision: plain text that says
// what was decided, on what exactly, by whom and how.
func Reply(a Approval, d Decision, company string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", verbs[d.State], a.Title)
	if d.Reason != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(d.Reason))
	}
	of := a.Newest()
	fmt.Fprintf(&b, "\nVersion %d", d.Version)
	if of.File != nil {
		fmt.Fprintf(&b, ", %s", of.File.Name)
	}
	fmt.Fprintf(&b, "\nSHA-256 %s\n", of.Fingerprint())
	fmt.Fprintf(&b, "Decided by %s for %s, %s\n", d.By.Display(), company, how(d))
	fmt.Fprintf(&b, "Recorded %s\n", d.At.UTC().Format("2 January 2006, 15:04:05 UTC"))
	fmt.Fprintf(&b, "Reference %s\n", a.Ref)
	return b.String()
}

func how(d Decision) string {
	switch d.Way {
	case Phone:
		by := "our team"
		if d.RecordedBy != nil {
			by = d.RecordedBy.Display()
		}
		return fmt.Sprintf("by phone on %s, written down by %s", d.Said.UTC().Format("2 January 2006, 15:04 UTC"), by)
	case Link:
		return "with the link that was mailed to them"
	default:
		return "signed in to the portal"
	}
}
