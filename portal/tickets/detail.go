package tickets

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// detailView is everything that the page of a request shows.
type detailView struct {
	Chrome   *ui.Chrome
	Row      record.Row
	Ticket   record.Ticket
	Custom   []record.Extra
	Base     string
	Progress []ui.Progress
	Timeline ui.Timeline
	Messages int // what people wrote, to tell a stale page
	Oldest   bool
	Hidden   bool // from clients, by a visibility rule
	Reply    replyView
	Decide   decideView
	Stale    *staleView
	Down     []ui.Down
	Asked    []approval.Approval // decisions about it
	MayAsk   bool                // for a decision
}

// replyView is the form that answers; MayReply false shows none.
type replyView struct {
	MayReply bool
	Key      string
	Text     string
	Problem  string
	Problems map[string]string
}

// decideView is the one decision that the state allows: closing or reopening.
type decideView struct {
	Verb string // "close", "reopen", or "" when neither may be asked now
	Key  string
}

// staleView is what a decision that came too late is told.
type staleView struct {
	Diffs []ui.Diff
}

// Show serves one request: GET /a/{account}/tickets/{id}, oldest first with ?order=oldest.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

// detail reads everything that the page shows.
func (p *Pages) detail(r *http.Request, s access.Scope) (detailView, error) {
	d, t, err := p.ticketOf(r, s)
	if err != nil {
		return detailView{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return detailView{}, err
	}
	entries, err := p.o.Records.Timeline(r.Context(), s, s.Account(), d.ID)
	if err != nil {
		return detailView{}, err
	}
	asked, err := p.o.Actions.ActionsOn(r.Context(), s, s.Account(), d.ID)
	if err != nil {
		return detailView{}, err
	}
	c.Title = subject(c, d.Title)
	v := detailView{Chrome: c, Row: d.Row, Ticket: t, Base: d.Base, Custom: d.Custom, Hidden: d.Hidden != "", Oldest: r.URL.Query().Get("order") == "oldest"}
	v.Timeline = ui.NewTimeline(c, entries, authors(asked), filesPath(s.Account()), !v.Oldest)
	v.Messages = messages(entries)
	v.Progress = ui.OwnProgress(c, s, asked, d.Stamp.System)
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	if s.Sees(record.KindApproval) {
		if v.Asked, err = p.o.Approvals.Approvals(r.Context(), s, s.Account(), approval.Query{Ticket: d.ID}); err != nil {
			return detailView{}, err
		}
	}
	v.MayAsk = s.IsStaff()
	if s.Acts(record.KindTicket) {
		takes := func(k action.Kind) bool { return p.o.Takes(r.Context(), d.Stamp.Connection, k) }
		v.Reply = replyView{MayReply: takes(action.TicketReply), Key: uuid.NewString()}
		if takes(action.TicketClose) && takes(action.TicketReopen) {
			v.Decide = decision(d.State, asked)
		}
	}
	return v, nil
}

// decision is what may be asked of a ticket in a state. While a decision is on
// its way another could only meet what the first one changes.
func decision(state record.State, asked []action.Action) decideView {
	for _, a := range asked {
		if (a.Kind == action.TicketClose || a.Kind == action.TicketReopen) && a.State.Blocks() {
			return decideView{}
		}
	}
	if state.Open() {
		return decideView{Verb: "close", Key: uuid.NewString()}
	}
	return decideView{Verb: "reopen", Key: uuid.NewString()}
}

// authors names who really wrote what reached the source under our own name.
func authors(asked []action.Action) []ui.Author {
	out := make([]ui.Author, 0, len(asked))
	for _, a := range asked {
		out = append(out, ui.Author{Ref: a.Ref, Name: a.Actor.Name})
	}
	return out
}

func messages(entries []record.Entry) int {
	n := 0
	for _, e := range entries {
		if e.Comment.Type == record.CommentMessage {
			n++
		}
	}
	return n
}

// seen is what the reader had before them when they decided.
type seen struct {
	Status   string `form:"saw_status" validate:"max=200"`
	Person   string `form:"saw_person" validate:"max=250"`
	Messages int    `form:"saw_messages"`
	Updated  string `form:"saw_updated" validate:"omitempty,datetime=2006-01-02T15:04:05Z07:00"`
}

// diffs says what a reader who decides late has not seen.
func (v detailView) diffs(saw seen, told error) []ui.Diff {
	c := v.Chrome
	out := []ui.Diff{{What: c.T("tickets.column.status"), Was: saw.Status, Now: v.Row.Label}}
	if saw.Person != v.Row.Person {
		out = append(out, ui.Diff{What: c.T("tickets.detail.person"), Was: saw.Person, Now: v.Row.Person})
	}
	if saw.Messages != v.Messages {
		out = append(out, ui.Diff{What: c.T("tickets.detail.messages"), Was: c.Number(saw.Messages), Now: c.Number(v.Messages)})
	}
	if was, now, ok := strings.Cut(fault.Fields(told)["status"], " → "); ok && out[0].Was == out[0].Now {
		out = append(out, ui.Diff{What: c.T("stale.value", v.Row.Stamp.System), Was: was, Now: now})
	}
	if at, err := time.Parse(time.RFC3339, saw.Updated); err == nil && !at.Equal(v.Row.Updated.Truncate(time.Second)) {
		out = append(out, ui.Diff{What: c.T("tickets.column.updated"), Was: c.Moment(at), Now: c.Moment(v.Row.Updated)})
	}
	return out
}
