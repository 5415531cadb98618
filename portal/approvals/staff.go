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
)

// staffView is what staff can do with a question, with what they typed.
type staffView struct {
	Key      string
	Callers  []approval.Person // who may have decided by phone
	Mails    []approval.Mail
	Version  versionInput
	Call     callInput
	Open     string // the form that has to be looked at again
	Problem  string
	Problems map[string]string
}

// versionInput is what the form of a new version posts.
type versionInput struct {
	Key   string `form:"key" validate:"required,uuid"`
	Base  int    `form:"base" validate:"required,min=1"`
	Title string `form:"title" validate:"required,max=200"`
	Text  string `form:"text,body" validate:"required,max=10000"`
	Note  string `form:"note,body" validate:"max=4000"`
	Due   string `form:"due" validate:"omitempty,datetime=2006-01-02"`
}

// callInput is what the form of a decision by phone posts.
type callInput struct {
	Key     string `form:"key" validate:"required,uuid"`
	Version int    `form:"version" validate:"required,min=1"`
	By      string `form:"by" validate:"required,max=100"`
	Answer  string `form:"answer" validate:"required,oneof=approved changes declined"`
	Said    string `form:"said" validate:"required,datetime=2006-01-02T15:04"`
	Reason  string `form:"reason,body" validate:"max=4000"`
	Note    string `form:"note,body" validate:"required,max=4000"`
}

func (p *Pages) staff(r *http.Request, s access.Scope, c *ui.Chrome, a approval.Approval) (*staffView, error) {
	v := &staffView{Key: uuid.NewString(), Version: versionInput{Title: a.Title, Text: a.Newest().Text}}
	if !a.Due.IsZero() && a.Due.After(c.Now) {
		v.Version.Due = a.Due.In(zone(c)).Format(time.DateOnly)
	}
	v.Call.Said = c.Now.In(zone(c)).Format("2006-01-02T15:04")
	var err error
	if v.Mails, err = p.o.People.ApprovalMails(r.Context(), s, a.Account, a.ID); err != nil {
		return nil, err
	}
	people, err := p.o.People.Deciders(r.Context(), s, s.Account())
	if err != nil {
		return nil, err
	}
	for _, one := range people {
		if a.Decides(one.User, access.Role(one.Role)) {
			v.Callers = append(v.Callers, one)
		}
	}
	return v, nil
}

// Revise publishes a new version: POST /a/{account}/approvals/{approval}/versions.
func (p *Pages) Revise(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	var in versionInput
	files, problem := form.DecodeFiles(w, r, &in, "file", p.o.Files)
	if problem == nil && len(files) > 1 {
		problem = fault.New(fault.Invalid, "Please correct what is marked.").Field("file", "One question is about one file.")
	}
	made := a
	if problem == nil {
		revision := approval.Revision{Account: a.Account, ID: a.ID, Base: in.Base, Title: in.Title, Text: in.Text, Note: in.Note, Due: dueOf(c, in.Due), Key: in.Key}
		if len(files) == 1 {
			revision.File = &files[0]
		}
		made, problem = p.o.Asking.ReviseApproval(r.Context(), s, revision)
	}
	if problem != nil {
		p.drop(r, files, nil, problem)
		return p.staffAgain(w, r, s, "version", problem, func(v *staffView) { v.Version = in })
	}
	p.drop(r, files, made.Newest().File, nil)
	http.Redirect(w, r, path(a.Account, a.ID), http.StatusSeeOther)
	return nil
}

// Withdraw takes a question back: POST /a/{account}/approvals/{approval}/withdraw.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	if _, err := p.o.Asking.WithdrawApproval(r.Context(), s, a.Account, a.ID, action.Origin{}); err != nil {
		return p.staffAgain(w, r, s, "withdraw", err, func(*staffView) {})
	}
	http.Redirect(w, r, path(a.Account, a.ID), http.StatusSeeOther)
	return nil
}

// Call records a decision that was given by phone: POST /a/{account}/approvals/{approval}/call.
func (p *Pages) Call(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	var in callInput
	problem := form.Decode(w, r, &in)
	if problem == nil {
		problem = p.call(r, s, c, a, in)
	}
	if problem != nil {
		return p.staffAgain(w, r, s, "call", problem, func(v *staffView) { v.Call = in })
	}
	http.Redirect(w, r, path(a.Account, a.ID)+"#decision", http.StatusSeeOther)
	return nil
}

func (p *Pages) call(r *http.Request, s access.Scope, c *ui.Chrome, a approval.Approval, in callInput) error {
	people, err := p.o.People.Deciders(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(one approval.Person) bool { return one.User == in.By })
	if i < 0 {
		return fault.New(fault.Invalid, "Please correct what is marked.").Field("by", "Choose one of the list.")
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", in.Said, zone(c))
	if err != nil {
		return fault.New(fault.Invalid, "Please correct what is marked.").Field("said", "Say when.")
	}
	_, err = p.o.Asking.RecordCall(r.Context(), s, approval.Call{
		Answer: approval.Answer{Account: a.Account, ID: a.ID, Version: in.Version, State: approval.State(in.Answer), Reason: in.Reason, Key: in.Key},
		By:     people[i], Said: at, Note: in.Note,
	})
	return err
}

// staffAgain shows the page with a form as it was typed and what is wrong with it.
func (p *Pages) staffAgain(w http.ResponseWriter, r *http.Request, s access.Scope, form string, problem error, keep func(*staffView)) error {
	if !correctable(problem) {
		return problem
	}
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	v, err := p.view(r, s, a)
	if err != nil {
		return err
	}
	keep(v.Staff)
	v.Staff.Open, v.Staff.Problem, v.Staff.Problems = form, fault.Public(problem), fault.Fields(problem)
	return ui.Show(w, r, statusOf(problem), detailPage(v))
}
