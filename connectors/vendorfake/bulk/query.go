package bulk

import (
	"regexp"
	"strconv"
	"time"
)

var (
	updated = regexp.MustCompile(`LastUpdated\s*(>=?)\s*'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)'`)
	ids     = regexp.MustCompile(`\bid\s*(>=?)\s*'?(\d+)`)
)

// from is the index of the first ticket that a query asks for: the larger of
// "LastUpdated >= '2026-01-02 03:04:05'" (in UTC) and "id > 5", each also with
// the other operator. Without either it is the first.
func (s *Source) from(query string) int {
	first := 0
	if m := updated.FindStringSubmatch(query); m != nil {
		if t, err := time.Parse(time.DateTime, m[2]); err == nil {
			seconds := int(t.Sub(s.opts.Start) / time.Second)
			if m[1] == ">" {
				seconds++
			}
			first = max(first, seconds*s.opts.PerSecond)
		}
	}
	if m := ids.FindStringSubmatch(query); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			if m[1] == ">" {
				n++
			}
			first = max(first, n-firstID)
		}
	}
	return min(first, s.opts.Tickets)
}
