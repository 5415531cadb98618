package approvals

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// askInput is what the form of a question posts.
type askInput struct {
	Key    string   `form:"key" validate:"required,uuid"`
	Ticket string   `form:"ticket" validate:"omitempty,uuid"`
	Title  string   `form:"title" validate:"required,max=200"`
	Text   string   `form:"text,body" validate:"required,max=10000"`
	People []string `form:"people"`
	Roles  []string `form:"roles"`
	Due    string   `form:"due" validate:"omitempty,datetime=2006-01-02"`
	Remind int      `form:"remind" validate:"min=0,max=30"` // days before
	SignIn bool     `form:"sign_in"`
}

// askView is everything that the form shows.
type askView struct {
	Chrome   *ui.Chrome
	Input    askInput
	People   []approval.Person
	Ticket   record.Row // zero when it is about no request
	Problem  string
	Problems map[string]string
}

// closing is the hour of the day at which a date ends, in the reader's zone.
const closing = 18

// dueOf is the end of the working day that a form names; zero for none.
func dueOf(c *ui.Chrome, day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, zone(c))
	if err != nil {
		return time.Time{}
	}
	return at.Add(closing * time.Hour)
}

func zone(c *ui.Chrome) *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// New serves the form: GET /a/{account}/approvals/new, about a request with ?ticket=.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	in := askInput{Key: uuid.NewString(), Ticket: r.URL.Query().Get("ticket"), Remind: 1}
	return p.showAsk(w, r, s, in, nil)
}

func (p *Pages) showAsk(w http.ResponseWriter, r *http.Request, s access.Scope, in askInput, problem error) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("approvals.ask")
	if uuid.Validate(in.Key) != nil {
		in.Key = uuid.NewString()
	}
	v := askView{Chrome: c, Input: in, Problem: fault.Public(problem), Problems: fault.Fields(problem)}
	if v.People, err = p.o.People.Deciders(r.Context(), s, s.Account()); err != nil {
		return err
	}
	if in.Ticket != "" {
		id, err := record.ParseID(in.Ticket)
		if err != nil {
			return notHere()
		}
		d, err := p.o.Requests.Detail(r.Context(), s, s.Account(), record.KindTicket, id)
		if err != nil {
			return err
		}
		v.Ticket = d.Row
	}
	return ui.Show(w, r, statusOf(problem), askPage(v))
}

// Ask records a question: POST /a/{account}/approvals.
func (p *Pages) Ask(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in askInput
	files, problem := form.DecodeFiles(w, r, &in, "file", p.o.Files)
	if problem == nil && len(files) > 1 {
		problem = fault.New(fault.Invalid, "Please correct what is marked.").Field("file", "One question is about one file.")
	}
	var made approval.Approval
	if problem == nil {
		var d approval.Draft
		if d, problem = p.draft(r, s, in, files); problem == nil {
			made, problem = p.o.Asking.AskApproval(r.Context(), s, d)
		}
	}
	if problem != nil {
		p.drop(r, files, nil, problem)
		if correctable(problem) {
			return p.showAsk(w, r, s, in, problem)
		}
		return problem
	}
	p.drop(r, files, made.Newest().File, nil)
	http.Redirect(w, r, path(made.Account, made.ID), http.StatusSeeOther)
	return nil
}

// draft completes what was posted; people are only those who may be asked,
// whatever was posted.
func (p *Pages) draft(r *http.Request, s access.Scope, in askInput, files []action.File) (approval.Draft, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return approval.Draft{}, err
	}
	d := approval.Draft{Account: s.Account(), Title: in.Title, Text: in.Text, SignIn: in.SignIn, Due: dueOf(c, in.Due), Key: in.Key}
	if in.Ticket != "" {
		if d.Ticket, err = record.ParseID(in.Ticket); err != nil {
			return d, notHere()
		}
	}
	if !d.Due.IsZero() && in.Remind > 0 {
		d.Remind = d.Due.AddDate(0, 0, -in.Remind)
		if d.Remind.Before(c.Now) { // it is asked later than that already
			d.Remind = time.Time{}
		}
	}
	people, err := p.o.People.Deciders(r.Context(), s, s.Account())
	if err != nil {
		return d, err
	}
	for _, one := range people {
		if slices.Contains(in.People, one.User) {
			d.People = append(d.People, one)
		}
	}
	for _, role := range approval.Deciders {
		if slices.Contains(in.Roles, string(role)) {
			d.Roles = append(d.Roles, role)
		}
	}
	if len(files) == 1 {
		d.File = &files[0]
	}
	return d, nil
}
