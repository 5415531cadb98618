package connections

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// again makes a part of a page ask for itself while there is news, and bring others
// along. Without a script the page loads itself anew (ui.Chrome.Refresh).
func again(on bool, path, part, others string) templ.Attributes {
	if !on {
		return nil
	}
	out := templ.Attributes{"hx-get": path, "hx-select": part, "hx-swap": "outerHTML", "hx-trigger": "every 2s"}
	if others != "" {
		out["hx-select-oob"] = others
	}
	return out
}

func listColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.name")}, {Label: c.T("connections.column.state")}, {Label: c.T("connections.column.pass")},
		{Label: c.T("connections.column.next")}, {Label: c.T("connections.column.actions"), End: true}, {Label: c.T("connections.column.unmatched"), End: true}}
}

func streamColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.stream")}, {Label: c.T("connections.column.state")}, {Label: c.T("connections.column.pass")},
		{Label: c.T("connections.column.progress")}, {Label: c.T("connections.column.records"), End: true}, {Label: c.T("connections.column.rejected"), End: true}}
}

func runColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.stream")}, {Label: c.T("connections.column.state")}, {Label: c.T("connections.column.started")},
		{Label: c.T("connections.column.counts")}, {Label: c.T("connections.column.took"), End: true}, {Label: c.T("connections.column.rejected"), End: true}}
}

func rejectColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("connections.column.record")}, {Label: c.T("connections.column.reason")}}
}

// subtitle says what and where a connection is.
func subtitle(c *ui.Chrome, l Line) string {
	parts := []string{l.System}
	for _, host := range l.Hosts {
		_, short, _ := strings.Cut(host, "://")
		parts = append(parts, short)
	}
	if l.ReadOnly {
		parts = append(parts, c.T("connections.reads.only"))
	}
	return strings.Join(parts, " · ")
}

func nextWords(c *ui.Chrome, l Line) string {
	switch at := nextPass(l); {
	case l.Paused || len(l.Streams) == 0:
		return c.T("connections.next.none")
	case at.IsZero() || !at.After(c.Now):
		return c.T("connections.next.now")
	default:
		return c.Brief(at)
	}
}

func nextLine(c *ui.Chrome, l Line) string {
	if l.Paused {
		return c.T("connections.next.none")
	}
	return c.T("connections.next.line", nextWords(c, l))
}

func backlogWords(c *ui.Chrome, b run.Backlog) string {
	switch {
	case b.Waiting == 0 && b.Stuck == 0:
		return c.T("connections.backlog.none")
	case b.Stuck == 0:
		return c.N("connections.backlog.waiting", b.Waiting, c.Ago(b.Oldest))
	case b.Waiting == 0:
		return c.N("connections.backlog.stuck", b.Stuck)
	default:
		return c.N("connections.backlog.waiting", b.Waiting, c.Ago(b.Oldest)) + ", " + c.N("connections.backlog.stuck", b.Stuck)
	}
}

// idleWords say why a stream does nothing, or why it fails.
func idleWords(v detailView, s run.StreamState) string {
	c := v.Chrome
	switch {
	case v.Paused:
		return c.T("connections.next.none")
	case s.Wanted == remote.Everything:
		return c.T("connections.idle.wanted")
	case s.Failures > 0 && s.Next.After(c.Now):
		return c.T("connections.idle.again", s.Problem, c.Brief(s.Next))
	case s.Failures > 0:
		return s.Problem
	case s.Next.IsZero() || !s.Next.After(c.Now):
		return c.T("connections.idle.due")
	default:
		return c.T("connections.idle.next", c.Second(s.Next))
	}
}

// progressWords tell how far a run is: what was read, how fast, how long it takes.
func progressWords(c *ui.Chrome, r run.Run) string {
	parts := []string{c.N("connections.progress.read", r.Counts.Read)}
	if r.Total > 0 {
		parts = append(parts, c.T("connections.progress.steps", c.Number(r.Done), c.Number(r.Total)))
	}
	if rate := r.Rate(c.Now); rate >= 1 {
		parts = append(parts, c.T("connections.progress.rate", c.Number(int(rate+.5))))
	}
	switch left := r.Left(c.Now); {
	case left <= 0:
	case left < time.Minute:
		parts = append(parts, c.T("connections.progress.soon"))
	default:
		parts = append(parts, c.T("connections.progress.left", c.Span(left)))
	}
	return strings.Join(parts, " · ")
}

// holding is how many records of a stream's kinds are in accounts.
func holding(c *ui.Chrome, d Detail, s run.StreamState) string {
	if d.Holdings == nil {
		return c.T("connections.uncounted")
	}
	n := 0
	for _, k := range s.Kinds {
		n += d.Holdings[k]
	}
	return c.Number(n)
}

// lastRejects is the newest run of a stream that read anything, with how many
// records it set aside.
func lastRejects(runs []run.Run, stream string) (run.Run, int) {
	for _, r := range runs {
		if r.Stream == stream && (r.Counts.Read > 0 || r.Counts.Rejected > 0) {
			return r, r.Counts.Rejected
		}
	}
	return run.Run{}, 0
}

// withRejects are those runs of all streams that set something aside.
func withRejects(runs []run.Run, streams []run.StreamState) []run.Run {
	var out []run.Run
	for _, s := range streams {
		if r, n := lastRejects(runs, s.Stream); n > 0 {
			out = append(out, r)
		}
	}
	return out
}

func runPath(id record.ConnectionID, r run.ID) string {
	return parts.Of(id) + "/runs?" + url.Values{"run": {string(r)}}.Encode()
}

func runState(r run.Run) condition {
	switch r.State {
	case run.Running:
		return condition{"connections.run.running", ui.Live}
	case run.Done:
		return condition{"connections.run.done", ui.Good}
	case run.Failed:
		return condition{"connections.run.failed", ui.Bad}
	default:
		return condition{"connections.run.stopped", ui.Neutral}
	}
}

func modeWords(c *ui.Chrome, r run.Run) string {
	if r.First {
		return c.T("connections.mode.first")
	}
	return c.T("connections.mode." + string(r.Mode))
}

func countWords(c *ui.Chrome, n run.Counts) string {
	parts := []string{c.T("connections.counts", c.Number(n.Read), c.Number(n.Written))}
	if n.Deleted > 0 {
		parts = append(parts, c.T("connections.counts.deleted", c.Number(n.Deleted)))
	}
	if n.Unmatched > 0 {
		parts = append(parts, c.T("connections.counts.unmatched", c.Number(n.Unmatched)))
	}
	return strings.Join(parts, ", ")
}

func tookWords(c *ui.Chrome, r run.Run) string {
	end := r.Ended
	if end.IsZero() {
		end = c.Now
	}
	took := end.Sub(r.Started)
	if took < time.Minute {
		return c.T("connections.seconds", strconv.FormatFloat(took.Seconds(), 'f', 1, 64))
	}
	return c.Span(took)
}

// rereadPath is where a record that was set aside is read anew.
func rereadPath(id record.ConnectionID, r remote.Reject) string {
	return parts.Of(id) + "/record?" + url.Values{"kind": {string(r.Kind)}, "external": {r.External}}.Encode()
}

func rejectName(c *ui.Chrome, r remote.Reject) string {
	if r.External == "" {
		return parts.Kind(c, r.Kind)
	}
	return parts.Kind(c, r.Kind) + " " + r.External
}

// secretAge is how old the oldest credential is.
func secretAge(c *ui.Chrome, ages map[string]time.Time) string {
	var oldest time.Time
	for _, at := range ages {
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	if oldest.IsZero() {
		return ""
	}
	return c.T("connections.secret.age", c.Ago(oldest))
}

func streamOptions(c *ui.Chrome, list []run.StreamState) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, s := range list {
		out[i] = ui.Option{Value: s.Stream, Label: parts.Stream(c, s.Stream)}
	}
	return out
}

// rawText is an answer of the system for the eye, cut where nobody reads on.
func rawText(raw any) string {
	const most = 4000
	said, isText := raw.(string)
	if !isText {
		data, err := json.MarshalIndent(raw, "", "  ")
		if err != nil {
			return ""
		}
		said = string(data)
	}
	if text := []rune(said); len(text) > most {
		return string(text[:most]) + "\n…"
	}
	return said
}

// personWord says what the person of a kind has to do with it.
func personWord(kind record.Kind) string {
	if kind == record.KindAsset {
		return "connections.fact.holder"
	}
	return "connections.fact.person"
}

// namesOf are companies by key.
func namesOf(list []Candidate) map[string]string {
	out := make(map[string]string, len(list))
	for _, c := range list {
		out[c.Key] = c.Name
	}
	return out
}

// fact is one line of a normalized record.
type fact struct{ Label, Value string }

// factsOf are what clients and lists would show of a record. names are what the
// system calls its companies, by key.
func factsOf(c *ui.Chrome, r record.Record, names map[string]string) []fact {
	f := r.Body.Facets()
	out := []fact{{c.T("connections.fact.kind"), parts.Kind(c, r.Kind) + " " + f.Number}, {c.T("connections.fact.title"), f.Title}}
	if r.Company != "" {
		out = append(out, fact{c.T("connections.fact.company"), cmp.Or(strings.TrimSpace(names[r.Company]), r.Company)})
	} else {
		out = append(out, fact{c.T("connections.fact.company"), c.T("connections.fact.company.none")})
	}
	if f.Status != "" {
		m := record.Guess(r.Kind, f.Status)
		out = append(out, fact{c.T("connections.fact.status"), c.T("connections.fact.status.guess", f.Status, m.Label)})
	}
	if f.Person != "" {
		out = append(out, fact{c.T(personWord(r.Kind)), f.Person})
	}
	more := moreFacts(c, r.Body)
	if len(more) == 0 && !f.Due.IsZero() {
		more = []fact{{c.T("connections.fact.due"), c.Exact(f.Due)}}
	}
	out = append(out, more...)
	if !r.Updated.IsZero() {
		out = append(out, fact{c.T("connections.fact.updated"), c.Exact(r.Updated)})
	}
	return slices.DeleteFunc(out, func(f fact) bool { return strings.TrimSpace(f.Value) == "" })
}
