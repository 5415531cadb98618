package approvals

import (
	"strings"

	"portico/portal/ui"
	"portico/sync/approval"
)

// diffs says what a later version changed.
func diffs(c *ui.Chrome, was, now approval.Version) []ui.Diff {
	var out []ui.Diff
	add := func(what, before, after string) {
		if before != after {
			out = append(out, ui.Diff{What: c.T("approvals.what." + what), Was: before, Now: after})
		}
	}
	add("title", was.Title, now.Title)
	before, after := lines(was.Text, now.Text)
	add("text", before, after)
	add("file", fileName(c, was), fileName(c, now))
	if was.File != nil && now.File != nil {
		add("size", c.Size(was.File.Size), c.Size(now.File.Size))
	}
	add("hash", short(was.Fingerprint()), short(now.Fingerprint()))
	return out
}

func fileName(c *ui.Chrome, v approval.Version) string {
	if v.File == nil {
		return c.T("approvals.nofile")
	}
	return v.File.Name
}

// lines keeps of two texts the lines that the other does not have, in order.
func lines(was, now string) (before, after string) {
	a, b := strings.Split(strings.TrimSpace(was), "\n"), strings.Split(strings.TrimSpace(now), "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return strings.Join(a, "\n"), strings.Join(b, "\n")
}
