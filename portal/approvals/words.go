package approvals

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
)

// lead says in one sentence how much waits.
func (v listView) lead() string {
	c := v.Chrome
	switch n := len(v.Waiting); {
	case v.Staff && n > 0:
		return c.N("approvals.lead.client", n)
	case v.Staff:
		return c.T("home.needs.client.none")
	case n > 0:
		return c.N("approvals.lead", n)
	default:
		return c.T("approvals.lead.none")
	}
}

func (v listView) emptyText() string {
	if v.Staff {
		return v.Chrome.T("approvals.none.staff")
	}
	return v.Chrome.T("approvals.none.text", v.Chrome.Provider.Name)
}

func soon(c *ui.Chrome, a approval.Approval) bool { return a.Due.Sub(c.Now) < 48*time.Hour }

func stateWord(c *ui.Chrome, s approval.State) string { return c.T("approvals.state." + string(s)) }

func stateTone(s approval.State) ui.Tone {
	switch s {
	case approval.Approved:
		return ui.Good
	case approval.Declined:
		return ui.Bad
	case approval.Changes:
		return ui.Attn
	case approval.Open:
		return ui.Live
	default:
		return ui.Neutral
	}
}

// by names who decided and how it reached us.
func by(c *ui.Chrome, d approval.Decision) string {
	if d.Way == approval.Phone && d.RecordedBy != nil {
		return c.T("approvals.by.phone", d.By.Display(), d.RecordedBy.Display())
	}
	return c.T("approvals.by."+string(d.Way), d.By.Display())
}

// replyWord says how far the message about the decision has come.
func replyWord(c *ui.Chrome, a approval.Approval) string {
	key := "approvals.reply." + string(a.Reply.State)
	return c.T(key, a.Number)
}

// who says who may decide, the reader first.
func who(c *ui.Chrome, a approval.Approval, user string, role access.Role) string {
	var names []string
	you := a.Decides(user, role)
	if you {
		names = append(names, c.T("approvals.you"))
	}
	for _, p := range a.People {
		if p.User != user {
			names = append(names, p.Display())
		}
	}
	for _, r := range a.Roles {
		if you && r == role {
			names = append(names, c.T("approvals.other."+string(r)))
		} else {
			names = append(names, c.T("approvals.any."+string(r)))
		}
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return capital(names[0])
	default:
		return capital(c.T("approvals.or", strings.Join(names[:n-1], ", "), names[n-1]))
	}
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// short shows enough of a fingerprint to compare by eye.
func short(hash string) string {
	if len(hash) < 16 {
		return hash
	}
	return hash[:8] + "…" + hash[len(hash)-8:]
}

func callers(v view) []ui.Option {
	out := make([]ui.Option, len(v.Staff.Callers))
	for i, p := range v.Staff.Callers {
		out[i] = ui.Option{Value: p.User, Label: p.Display()}
	}
	return out
}

func answers(c *ui.Chrome) []ui.Option {
	out := make([]ui.Option, len(approval.Answers))
	for i, s := range approval.Answers {
		out[i] = ui.Option{Value: string(s), Label: stateWord(c, s)}
	}
	return out
}

// reminders are the days before the date that a form offers.
func reminders(c *ui.Chrome) []ui.Option {
	out := []ui.Option{{Value: "0", Label: c.T("approvals.remind.never")}}
	for _, days := range []int{1, 2, 3, 7} {
		out = append(out, ui.Option{Value: strconv.Itoa(days), Label: c.N("approvals.remind.days", days)})
	}
	return out
}

func fileLimit(c *ui.Chrome) string { return c.Size(action.MaxFile) }

// mailState says what became of a mail, as far as it is known.
func mailState(c *ui.Chrome, m approval.Mail) string {
	if m.State == "" {
		return c.T("approvals.mail.old")
	}
	return c.T("approvals.mail.state." + m.State)
}
