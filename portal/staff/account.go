package staff

import (
	"context"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

// Records is what an account holds. Every method is safe for concurrent use.
type Records interface {
	Freshness(ctx context.Context, s access.Scope, account record.AccountID) ([]record.Freshness, error)
	Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error)
	RecentActions(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error)
	Whole(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Whole, error)
}

// Members is who is in an account and what they do not see. Every method is safe
// for concurrent use.
type Members interface {
	Members(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Colleague, error)
	Unseen(ctx context.Context, s access.Scope, account record.AccountID) ([]work.Unseen, error)
	// StartLook lets a session look at the account as a member; fault.Invalid when
	// there is nothing that they see.
	StartLook(ctx context.Context, s access.Scope, account record.AccountID, session, member string) (access.Look, error)
	EndLook(ctx context.Context, session string) error
}

// How much of each part the page shows; the rest is a click away.
const (
	mostWork    = 8
	mostAsked   = 5
	mostActions = 8
)

// accountView is everything that the page of one account shows.
type accountView struct {
	Chrome  *ui.Chrome
	Members []access.Colleague
	Groups  []group
	More    bool
	Asked   []approval.Approval
	Actions []action.Action
	Fresh   []record.Freshness
	Owed    owed
	Unseen  []work.Unseen
	Down    []ui.Down
	Problem string // why a look was refused
	Admin   bool
}

// Account serves everything about one client company: GET /staff/accounts/{account}.
func (p *Pages) Account(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.account(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, accountPage(v))
}

func (p *Pages) account(r *http.Request, s access.Scope) (v accountView, err error) {
	ctx, id := r.Context(), s.Account()
	c, err := p.o.Frame(r, s)
	if err != nil {
		return v, err
	}
	c.Title = c.Account.Name
	v = accountView{Chrome: c, Admin: access.Administer(s) == nil}
	if v.Fresh, err = p.o.Records.Freshness(ctx, s, id); err != nil {
		return v, err
	}
	v.Down = ui.DownOf(v.Fresh)
	page, err := p.o.Queue.Work(ctx, s, work.Query{Account: id, Limit: mostWork})
	if err != nil {
		return v, err
	}
	v.Groups, v.More = groups(c, search{Account: id.String()}, page), page.Next != ""
	if v.Asked, err = p.o.Records.Approvals(ctx, s, id, approval.Query{Limit: mostAsked}); err != nil {
		return v, err
	}
	if v.Actions, err = p.o.Records.RecentActions(ctx, s, id); err != nil {
		return v, err
	}
	v.Actions = v.Actions[:min(len(v.Actions), mostActions)]
	if v.Owed, err = p.owed(ctx, s, c); err != nil {
		return v, err
	}
	if v.Members, err = p.o.Members.Members(ctx, s, id); err != nil {
		return v, err
	}
	v.Unseen, err = p.o.Members.Unseen(ctx, s, id)
	return v, err
}

// chosen is the member as whom somebody wants to look.
type chosen struct {
	Member string `form:"member" validate:"required,max=100"`
}

// Look starts to look as a member: POST /staff/accounts/{account}/look.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f chosen
	if err := form.Decode(w, r, &f); err != nil {
		return err
	}
	mine, ok := session.Of(r.Context())
	if !ok {
		return fault.New(fault.Unauthenticated, "Please sign in.")
	}
	_, err := p.o.Members.StartLook(r.Context(), s, s.Account(), mine.ID, f.Member)
	if fault.Is(err, fault.Invalid) {
		v, again := p.account(r, s)
		if again != nil {
			return again
		}
		v.Problem = fault.Public(err)
		return ui.Show(w, r, http.StatusUnprocessableEntity, accountPage(v))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ui.AccountPath(s.Account()), http.StatusSeeOther)
	return nil
}

// EndLook lets a session see with its own eyes again: POST /staff/look/end.
func (p *Pages) EndLook(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if err := p.o.Members.EndLook(r.Context(), s.ID); err != nil {
		return err
	}
	to := queuePath
	if s.Look.User != "" {
		to = accountPath(s.Look.Account)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func accountPath(a record.AccountID) string { return "/staff/accounts/" + a.String() }

func lookPath(a record.AccountID) string { return accountPath(a) + "/look" }

// lookable reports whether there is anything to look at as a member.
func lookable(m access.Colleague) bool { return !m.Disabled && m.Staff == "" }

// actionState says in words how far an action has come.
func actionState(c *ui.Chrome, a action.Action) (string, ui.Tone) {
	tone := ui.Live
	switch a.State {
	case action.Confirmed:
		tone = ui.Good
	case action.Refused, action.Dead:
		tone = ui.Bad
	case action.Conflict, action.Unknown, action.Retrying:
		tone = ui.Attn
	case action.Withdrawn:
		tone = ui.Neutral
	}
	return c.T("account.action." + string(a.State)), tone
}

// late reports whether a stream is past its limit.
func late(c *ui.Chrome, f record.Freshness) bool {
	return f.Down != "" || f.ReadAt.IsZero() || c.Now.Sub(f.ReadAt) > f.Limit
}

// when says how long ago something was; never has words of its own.
func when(c *ui.Chrome, key string, t time.Time) string {
	if t.IsZero() {
		return c.T(key + ".never")
	}
	return c.T(key, c.Ago(t))
}

// unseen says how many records are not seen, and why.
func unseen(c *ui.Chrome, u work.Unseen) string {
	if u.Why == "rule" {
		return c.N("account.unseen.rule", u.Count, u.System)
	}
	if u.Why == "authority" {
		return c.N("account.unseen.authority", u.Count, u.System)
	}
	return c.N("account.unseen.parent", u.Count, u.System)
}

func actionTitle(c *ui.Chrome, a action.Action) string {
	return titleOf(c, &work.Item{Kind: work.Action, Asked: a.Kind, Number: a.External, Title: a.Input.Subject})
}
