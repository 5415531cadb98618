package staff

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/work"
)

// soonIs how near a date is marked.
const soonIs = 48 * time.Hour

// itemRows is the part of the queue's table that has one turn.
func itemRows(c *ui.Chrome, items []work.Item) templ.Component {
	account, next, due := c.T("staff.column.name"), c.T("queue.column.next"), c.T("queue.column.due")
	owner, waiting := c.T("queue.column.owner"), c.T("queue.column.waiting")
	return ui.Rows(items, func(m *ui.Markup, i *work.Item) {
		m.Raw(`<tr><td class="is-lead is-whole">`)
		if i.Kind == work.Approval {
			m.Raw(`<label class="po-pick" for="pick-`)
			m.Text(i.ID)
			m.Raw(`"><input class="form-check-input" type="checkbox" name="pick" id="pick-`)
			m.Text(i.ID)
			m.Raw(`" value="`)
			m.Text(i.Account.String() + "/" + i.ID)
			m.Raw(`"><span class="po-sr">`)
			m.Text(c.T("queue.pick", i.Title))
			m.Raw(`</span></label>`)
		}
		m.Raw(`<a href="`)
		m.Text(href(i))
		m.Raw(`"><bdi>`)
		m.Text(titleOf(c, i))
		m.Raw(`</bdi></a> <small>`)
		m.Text(about(c, i))
		source(m, c, i)
		if i.Hidden {
			m.Text(" · " + c.T("queue.hidden"))
		}
		m.Raw(`</small></td>`)
		cell(m, account, "", i.Company)
		m.Raw(`<td data-label="`)
		m.Text(next)
		m.Raw(`"><div>`)
		m.Text(nextStep(c, i))
		if more := besides(i); more != "" {
			m.Raw(`<small>`)
			m.Text(more)
			m.Raw(`</small>`)
		}
		m.Raw(`</div></td>`)
		dueCell(m, c, due, i.Due)
		cell(m, owner, "is-keep", i.Owner)
		m.Raw(`<td data-label="`)
		m.Text(waiting)
		m.Raw(`" class="is-end is-keep">`)
		m.Span(c, i.Since, age(c, i.Since))
		m.Raw(`</td></tr>`)
	})
}

func cell(m *ui.Markup, label, class, text string) {
	m.Raw(`<td data-label="`)
	m.Text(label)
	if text == "" {
		class += " is-none"
	}
	m.Raw(`" class="`)
	m.Text(strings.TrimSpace(class))
	m.Raw(`"><bdi>`)
	m.Text(text)
	m.Raw(`</bdi></td>`)
}

func dueCell(m *ui.Markup, c *ui.Chrome, label string, due time.Time) {
	m.Raw(`<td data-label="`)
	m.Text(label)
	switch {
	case due.IsZero():
		m.Raw(`" class="is-keep is-none"></td>`)
		return
	case due.Before(c.Now):
		m.Raw(`" class="is-keep"><b class="po-bad">`)
		m.Text(c.T("queue.late", c.Day(due)))
	case due.Sub(c.Now) < soonIs:
		m.Raw(`" class="is-keep"><b class="po-attn">`)
		m.Text(c.Day(due))
	default:
		m.Raw(`" class="is-keep"><b class="po-calm">`)
		m.Text(c.Day(due))
	}
	m.Raw(`</b></td>`)
}

// source says where a request was read and when, and marks what is out of date.
func source(m *ui.Markup, c *ui.Chrome, i *work.Item) {
	s := i.Stamp
	if s.System == "" {
		return
	}
	m.Text(" · ")
	if s.Stale(c.Now) || s.Down != "" {
		m.Raw(`<span class="po-attn">`)
		defer m.Raw(`</span>`)
	}
	if s.ReadAt.IsZero() {
		m.Text(c.T("fresh.never", s.System))
		return
	}
	m.Text(c.T("fresh.read", s.System) + " ")
	m.Ago(c, s.ReadAt)
}

func titleOf(c *ui.Chrome, i *work.Item) string {
	switch {
	case i.Kind == work.Action && i.Title != "":
		return c.T("queue.action."+string(i.Asked)) + ": " + i.Title
	case i.Kind == work.Action:
		return c.T("queue.action."+string(i.Asked), i.Number)
	case i.Title == "":
		return c.T("tickets.untitled")
	default:
		return i.Title
	}
}

// about says what an item is, in two or three words.
func about(c *ui.Chrome, i *work.Item) string {
	switch {
	case i.Kind == work.Ticket:
		return c.With("tickets.number", i.Number)
	case i.Kind == work.Action:
		return c.T("queue.kind.action")
	case i.Number != "":
		return c.T("queue.kind.approval.of", i.Number)
	default:
		return c.T("queue.kind.approval")
	}
}

// nextStep says what has to happen, to staff.
func nextStep(c *ui.Chrome, i *work.Item) string {
	switch i.Kind {
	case work.Approval:
		names := append([]string(nil), i.People...)
		for _, r := range i.Roles {
			names = append(names, c.T("queue.any."+string(r)))
		}
		if len(names) == 0 {
			return c.T("queue.next.decide.nobody")
		}
		if n := len(names); n > 1 {
			names = []string{c.T("queue.or", strings.Join(names[:n-1], ", "), names[n-1])}
		}
		return c.T("queue.next.decide", names[0])
	case work.Action:
		if i.State == action.Conflict {
			return c.T("queue.next.conflict", i.Owner)
		}
		return c.T("queue.next.dead")
	default:
		return c.T("queue.next." + string(i.Turn))
	}
}

// besides is what explains the next step: the status as the client reads it, why
// an action stopped, when staff last nudged.
func besides(i *work.Item) string {
	switch i.Kind {
	case work.Ticket:
		return i.Label
	case work.Action:
		return i.Reason
	default:
		return ""
	}
}

func href(i *work.Item) string {
	base := ui.AccountPath(i.Account)
	switch i.Kind {
	case work.Approval:
		return base + "approvals/" + i.ID
	case work.Action:
		return base + "actions/" + i.ID
	default:
		return base + "tickets/" + i.ID
	}
}

// age is how long something has waited, in one unit: "6 d", "4 h", "12 min".
func age(c *ui.Chrome, since time.Time) string {
	const day = 24 * time.Hour
	d := max(0, c.Now.Sub(since))
	switch {
	case d >= day:
		d = d.Truncate(day)
	case d >= time.Hour:
		d = d.Truncate(time.Hour)
	}
	return c.Span(d)
}

// lead says in one sentence what waits.
func (v queueView) lead() string {
	c, n := v.Chrome, v.Page.Counts
	if n.All == 0 {
		return c.T("queue.lead.none")
	}
	parts := []string{c.N("queue.lead.us", n.Turns["provider"]), c.N("queue.lead.clients", n.Turns["client"])}
	if n.Late > 0 {
		parts = append(parts, c.N("queue.lead.late", n.Late))
	}
	return capital(strings.Join(parts, " "))
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
