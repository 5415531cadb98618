package manifest

import (
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
)

// Incremental is how only changed records are asked for. The request sees
// "since", the time of the newest record read so far minus Overlap, and "until",
// now minus Lag.
type Incremental struct {
	Field  Expr   `json:"field"`
	Format string `json:"format"` // one of the forms below, or a Go layout
	Zone   Expr   `json:"zone"`   // IANA name; empty means UTC
	// Parameter is the query parameter that "since" goes into, which is left out
	// as long as everything is asked for. Without it the request uses "since".
	Parameter string   `json:"parameter"`
	Overlap   Duration `json:"overlap"`
	// Inclusive is false where the system gives only what is later than "since".
	Inclusive *bool `json:"inclusive"`
	// Lag is how long a change may take to be found: the cursor stays that far
	// behind now.
	Lag Duration `json:"lag"`
}

// Delta is a token in which the system itself keeps what we have seen. The last
// page of a list has it, and the next pull begins with it.
type Delta struct {
	Token Expr `json:"token"`
	// Parameter is the query parameter that it goes into. Without it the token
	// takes the place of the list's own: its cursor, or the address of a page.
	Parameter string `json:"parameter"`
}

// Forms of time that are not Go layouts.
const (
	formRFC3339 = "rfc3339"
	formUnix    = "unix"    // seconds since the epoch
	formUnixMS  = "unix_ms" // milliseconds
	formDate    = "date"
)

// Write is a time as the request names it, in a zone. What the form has no room
// for is cut off, so that the time is never later than the one given.
func (i *Incremental) Write(at time.Time, zone *time.Location) string {
	return writeTime(i.Format, at.In(zone))
}

func writeTime(form string, at time.Time) string {
	switch form {
	case formRFC3339:
		return at.Format(time.RFC3339)
	case formUnix:
		return strconv.FormatInt(at.Unix(), 10)
	case formUnixMS:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case formDate:
		return at.Format(time.DateOnly)
	default:
		return at.Format(form)
	}
}

// Before is the time to ask from so that a change at the time given is in the
// answer: the smallest step earlier where the system leaves that time itself out.
func (i *Incremental) Before(at time.Time) time.Time {
	if i.Inclusive == nil || *i.Inclusive {
		return at
	}
	return at.Add(-step(i.Format))
}

// step is the smallest span that a form can tell.
func step(form string) time.Duration {
	switch form {
	case formRFC3339, formUnix:
		return time.Second
	case formUnixMS:
		return time.Millisecond
	case formDate:
		return 24 * time.Hour
	}
	at := time.Date(2001, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	for _, span := range []time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour} {
		if at.Format(form) != at.Add(span).Format(form) {
			return span
		}
	}
	return 24 * time.Hour
}

func (c *compiler) incremental(s *Stream, at pointer, base scope) scope {
	sees := base
	if i := s.Incremental; i != nil {
		sees = sees.with(scope{"since": types.String, "until": types.String})
		c.expr(&i.Field, at.key("incremental").key("field"), base.with(itemScope))
		c.expr(&i.Zone, at.key("incremental").key("zone"), base)
	}
	if s.Delta != nil {
		c.expr(&s.Delta.Token, at.key("delta").key("token"), base.with(answerScope))
	}
	return sees
}

// lintIncremental finds cursors that could lose records.
func (c *compiler) lintIncremental(s *Stream, at pointer) {
	i, p := s.Incremental, s.Paging
	if d := s.Delta; d != nil && i != nil {
		c.problem(at.key("delta"), "a stream has a cursor of ours (incremental) or one of the system's (delta), not both")
	} else if d != nil && d.Parameter == "" && (p == nil || p.Kind != Cursor && p.Kind != NextURL) {
		c.problem(at.key("delta"), "without \"parameter\" the token takes the place of a list's cursor or address, which this paging does not have")
	}
	if p != nil && p.Window > 0 {
		c.lintWindow(s, at)
	}
	if i == nil {
		return
	}
	if p == nil || p.Numbered() && !p.Total.Set() {
		c.problem(at.key("incremental"), "an incremental stream by page number needs paging.total, or rows could be missed unseen")
	}
	if i.Overlap.Duration < minOverlap {
		c.problem(at.key("incremental"), "the overlap must be at least %s, for late commits and clocks that differ", minOverlap)
	}
	if !strings.ContainsAny(writeTime(i.Format, time.Unix(0, 0)), "0123456789") || i.Format == writeTime(i.Format, time.Unix(0, 0).UTC()) {
		c.problem(at.key("incremental").key("format"), "%q is neither rfc3339, unix, unix_ms or date nor a Go layout, which writes the 2nd of January 2006", i.Format)
	}
}

func (c *compiler) lintWindow(s *Stream, at pointer) {
	at = at.key("paging").key("window")
	switch i, p := s.Incremental, s.Paging; {
	case i == nil:
		c.problem(at, "a list that is capped is asked for again from the last change: that needs \"incremental\"")
	case p.Kind == Keyset:
		c.problem(at, "a list by keys asks anew for each page; it needs no window")
	case p.Size > p.Window:
		c.problem(at, "a page is larger than the window")
	case i.Parameter == "" && !c.asks(&s.Request, "since"):
		c.problem(at, "a list that is capped is asked for again from the last change: the request must use since")
	}
}
