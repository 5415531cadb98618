package tickets

import (
	"strconv"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/record"
)

func columns(c *ui.Chrome) []ui.Column {
	return []ui.Column{
		{Label: c.T("tickets.column.subject")}, {Label: c.T("tickets.column.status")},
		{Label: c.T("tickets.column.person")}, {Label: c.T("tickets.column.updated"), End: true},
	}
}

func turnOptions(c *ui.Chrome) []ui.Option {
	return []ui.Option{
		{Value: "", Label: c.T("tickets.filter.turn.any")},
		{Value: "client", Label: c.T("turn.client")},
		{Value: "provider", Label: c.T("turn.provider", c.Provider.Name)},
		{Value: "third", Label: c.T("turn.third")},
	}
}

func sortOptions(c *ui.Chrome) []ui.Option {
	return []ui.Option{
		{Value: "", Label: c.T("tickets.sort.newest")},
		{Value: "due", Label: c.T("tickets.sort.due")},
		{Value: "title", Label: c.T("tickets.sort.title")},
	}
}

// subject is what a request is called; some sources have requests without a name.
func subject(c *ui.Chrome, title string) string {
	if title == "" {
		return c.T("tickets.untitled")
	}
	return title
}

func view(f filter) string {
	if f.View == "" {
		return "open"
	}
	return f.View
}

// draftKey names what somebody is typing: who, where, into which form.
func draftKey(c *ui.Chrome, form string) string {
	return c.User.ID + "." + c.Account.ID.String() + "." + form
}

func filesField(c *ui.Chrome, problem string) ui.FilesField {
	return ui.FilesField{
		ID: "files", Name: "files", Label: c.T("files.attach"), Error: problem,
		Count: action.MaxFiles, Size: action.MaxFile, SizeText: form.Bytes(action.MaxFile),
	}
}

// writeTo labels the reply with whom it reaches.
func writeTo(v detailView) string {
	if name := v.Ticket.Assignee.Name; name != "" {
		return v.Chrome.T("tickets.reply.to", name)
	}
	return v.Chrome.T("tickets.reply.to", v.Chrome.Provider.Name)
}

func replyHint(v detailView) string {
	if !v.Row.State.Open() {
		return v.Chrome.T("tickets.reply.finished")
	}
	return ""
}

func count(n int) string { return strconv.Itoa(n) }

// progressTitle names what the action is about.
func progressTitle(v progressView) string {
	a := v.Progress.Action
	switch {
	case v.Target.ID.IsZero() && (!a.Target.IsZero() || a.Kind != action.TicketCreate):
		return v.Chrome.T("progress.of." + string(a.Kind))
	case v.Target.ID.IsZero():
		return subject(v.Chrome, a.Input.Subject)
	case v.Target.Title == "" && v.Target.Kind != record.KindTicket:
		return v.Target.Number
	default:
		return subject(v.Chrome, v.Target.Title)
	}
}

// about names the list that what was acted on is in; a kind without one is the account.
func (v progressView) about() string {
	if k := v.Progress.Action.Kind.About(); ui.KindPath(v.Chrome.Account.ID, k) != "" {
		return string(k)
	}
	return "account"
}

// besides is the status where it says more than whose turn it is.
func besides(c *ui.Chrome, row *record.Row) string {
	if row.Label == c.Turn(row.Turn) || row.Turn == record.TurnNobody {
		return ""
	}
	return row.Label
}

// priority leaves out the zero of systems that number priorities and use none.
func priority(t record.Ticket) string {
	if t.Priority == "0" {
		return ""
	}
	return t.Priority
}
