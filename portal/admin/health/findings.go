package health

import (
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/run"
)

// From when on something is a problem. The README names the same for alerts.
const (
	actionsLate = 10 * time.Minute
	eventsLate  = time.Minute
	mailsLate   = time.Hour
	tellsLate   = time.Hour
	headLate    = 15 * time.Minute
	backupLate  = 48 * time.Hour
	diskShort   = 2 << 30 // bytes
)

// finding is one thing that was looked at.
type finding struct {
	What, Says string
	Tone       ui.Tone
	Do         string // what to do; "" when nothing has to be done
	Href       string // where; "" when it is not on a page
}

// findings look at everything, in the order of how much depends on it.
func findings(c *ui.Chrome, f Facts) []finding {
	out := []finding{database(c, f), disk(c, f), folder(c, f), redis(c, f), mail(c, f)}
	if f.HeldWhy != "" || !f.HeldSince.IsZero() {
		out = append([]finding{{What: c.T("health.hold"), Says: c.T("health.hold.since", c.Moment(f.HeldSince), f.HeldWhy), Tone: ui.Bad, Do: c.T("health.hold.do")}}, out...)
	}
	out = append(out,
		queue(c, "actions", f.Actions, actionsLate, ""),
		stuck(c, f),
		queue(c, "events", f.Events, eventsLate, ""),
		queue(c, "deliveries", f.Deliveries, tellsLate, ""),
		queue(c, "mails", f.Mails, mailsLate, "/admin/mail"),
		log(c, f), backup(c, f))
	for _, conn := range f.Connections {
		out = append(out, connection(c, conn))
	}
	for _, m := range f.Manifests {
		out = append(out, manifest(c, m))
	}
	for _, w := range f.Warnings {
		out = append(out, finding{What: c.T("health.configuration"), Says: w, Tone: ui.Attn, Do: c.T("health.configuration.do")})
	}
	return append(out, program(c, f))
}

func database(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.database"), Says: c.T("health.database.fine", f.Database, c.Number(f.Schema)), Tone: ui.Good}
	if f.DatabaseProblem != "" {
		out.Says, out.Tone, out.Do = f.DatabaseProblem, ui.Bad, c.T("health.database.do")
	}
	return out
}

func disk(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.disk"), Says: c.T("health.disk.fine", c.Size(int64(min(f.Free, 1<<62))), c.Size(int64(min(f.Size, 1<<62)))), Tone: ui.Good}
	switch {
	case f.Size == 0:
		out.Says, out.Tone = c.T("health.unknown"), ui.Neutral
	case f.Free < diskShort || f.Free < f.Size/20:
		out.Tone, out.Do = ui.Bad, c.T("health.disk.do")
	}
	return out
}

func folder(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.data"), Says: c.T("health.data.fine", f.Data), Tone: ui.Good}
	if f.DataProblem != "" {
		out.Says, out.Tone, out.Do = f.DataProblem, ui.Bad, c.T("health.data.do")
	}
	return out
}

func redis(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.redis"), Says: f.Redis, Tone: ui.Good}
	switch {
	case f.RedisProblem != "":
		out.Says, out.Tone, out.Do = f.RedisProblem, ui.Attn, c.T("health.redis.do")
	case f.Redis == "":
		out.Says = c.T("health.redis.inside")
	}
	return out
}

func mail(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.mail"), Says: c.T("health.mail.fine", f.Mail), Tone: ui.Good, Href: "/admin/mail"}
	switch {
	case f.MailProblem != "":
		out.Says, out.Tone, out.Do = f.MailProblem, ui.Bad, c.T("health.mail.do")
	case f.Mail == "":
		out.Says, out.Tone, out.Do = c.T("health.mail.none"), ui.Attn, c.T("health.mail.do")
	}
	return out
}

// queue is work that waits, and a problem once its oldest has waited too long.
func queue(c *ui.Chrome, what string, q Queue, late time.Duration, href string) finding {
	out := finding{What: c.T("health." + what), Says: c.T("health.queue.none"), Tone: ui.Good}
	if q.Count == 0 {
		return out
	}
	out.Says = c.N("health.queue", q.Count, c.Ago(q.Oldest))
	if c.Now.Sub(q.Oldest) > late {
		out.Tone, out.Do, out.Href = ui.Attn, c.T("health."+what+".do"), href
	}
	return out
}

func stuck(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.stuck"), Says: c.T("health.queue.none"), Tone: ui.Good}
	if f.Stuck.Count > 0 {
		out.Says, out.Tone, out.Do, out.Href = c.N("health.stuck.some", f.Stuck.Count), ui.Attn, c.T("health.stuck.do"), "/admin/actions"
	}
	return out
}

func log(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.audit"), Says: c.T("health.audit.none"), Tone: ui.Neutral}
	if !f.Head.IsZero() {
		out.Says, out.Tone = c.T("health.audit.fine", c.Ago(f.Head)), ui.Good
	}
	if f.Unsigned > 0 && c.Now.Sub(f.Head) > headLate {
		out.Says, out.Tone, out.Do = c.N("health.audit.late", f.Unsigned), ui.Bad, c.T("health.audit.do")
	}
	return out
}

func backup(c *ui.Chrome, f Facts) finding {
	out := finding{What: c.T("health.backup")}
	switch {
	case f.Backup.IsZero():
		out.Says, out.Tone, out.Do = c.T("health.backup.none"), ui.Attn, c.T("health.backup.do")
	case c.Now.Sub(f.Backup) > backupLate:
		out.Says, out.Tone, out.Do = c.T("health.backup.made", c.Ago(f.Backup)), ui.Attn, c.T("health.backup.do")
	default:
		out.Says, out.Tone = c.T("health.backup.made", c.Ago(f.Backup)), ui.Good
	}
	return out
}

// downAfter is how many failures in a row make a source not reachable.
const downAfter = 2

// connection is the worst of its streams.
func connection(c *ui.Chrome, conn Connection) finding {
	out := finding{What: conn.Name, Says: c.T("health.connection.fine"), Tone: ui.Good, Href: "/admin/connections/" + conn.ID.String()}
	if conn.Paused {
		out.Says, out.Tone = c.T("health.connection.paused"), ui.Neutral
		return out
	}
	for _, s := range conn.Streams {
		is := streamFinding(c, out, s)
		if rank[is.Tone] > rank[out.Tone] {
			out = is
		}
	}
	return out
}

// manifest is a connector of the administrator's own, as this process runs it.
func manifest(c *ui.Chrome, m Manifest) finding {
	out := finding{What: c.T("health.manifest", m.Name), Says: c.T("health.manifest.fine", m.Hash), Tone: ui.Good, Href: "/admin/connections/new"}
	switch {
	case m.Problem != "":
		out.Says, out.Tone, out.Do = m.Problem, ui.Bad, c.T("health.manifest.unused.do")
		if m.More > 0 {
			out.Says += " " + c.N("health.manifest.more", m.More)
		}
		if m.Hash != "" {
			out.Tone, out.Do = ui.Attn, c.T("health.manifest.do", m.Hash)
		}
	case m.Gone:
		out.Says, out.Tone, out.Do = c.T("health.manifest.gone", m.Hash), ui.Attn, c.T("health.manifest.gone.do")
	}
	return out
}

// rank orders tones by how urgent they are.
var rank = map[ui.Tone]int{ui.Good: 0, ui.Live: 1, ui.Neutral: 1, ui.Attn: 2, ui.Bad: 3}

func streamFinding(c *ui.Chrome, f finding, s run.StreamState) finding {
	switch {
	case s.Failures >= downAfter:
		f.Tone, f.Says, f.Do = ui.Bad, c.T("health.connection.failing", c.Since(s.FailingFor), s.Problem), c.T("health.connection.failing.do")
	case s.Held != "":
		f.Tone, f.Says, f.Do = ui.Attn, s.Held, c.T("health.connection.held.do")
	case s.Late(c.Now):
		f.Tone, f.Says, f.Do = ui.Attn, c.T("health.connection.late", c.Ago(s.Completed)), c.T("health.connection.late.do")
	case s.Completed.IsZero():
		f.Tone, f.Says = ui.Live, c.T("health.connection.first")
	}
	return f
}

func program(c *ui.Chrome, f Facts) finding {
	roles := []string{}
	if f.Serves {
		roles = append(roles, c.T("health.role.pages"))
	}
	if f.Works {
		roles = append(roles, c.T("health.role.work"))
	}
	says := c.T("health.program.fine", f.Version, strings.Join(roles, c.T("health.role.and")))
	if f.Processes > 0 {
		says += " " + c.N("health.program.processes", f.Processes)
	}
	return finding{What: c.T("health.program"), Says: says, Tone: ui.Good}
}

// clockApart is from when on two clocks do not agree.
const clockApart = time.Minute

// clock says how far a system's clock is from ours, or "" when it does not matter.
func clock(c *ui.Chrome, one Checked) string {
	switch skew := one.Report.Skew(); {
	case skew > clockApart:
		return c.T("health.clock.ahead", c.Span(skew))
	case skew < -clockApart:
		return c.T("health.clock.behind", c.Span(-skew))
	default:
		return ""
	}
}

// checkedFinding is what a connection answered.
func checkedFinding(c *ui.Chrome, one Checked) finding {
	out := finding{What: one.Name, Says: c.T("health.checked.fine", one.Report.As), Tone: ui.Good}
	if one.Problem != "" {
		return finding{What: one.Name, Says: one.Problem, Tone: ui.Bad}
	}
	for _, item := range one.Report.Items {
		if !item.OK && !one.Report.OK {
			return finding{What: one.Name, Says: item.Detail, Tone: ui.Bad}
		}
	}
	if text := clock(c, one); text != "" {
		out.Says, out.Tone, out.Do = text, ui.Attn, c.T("health.clock.do")
	}
	return out
}
