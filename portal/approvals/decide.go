package approvals

import (
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/approval"
	"portico/sync/fault"
)

// decideInput is what the two buttons post.
type decideInput struct {
	Key     string `form:"key" validate:"required,uuid"`
	Version int    `form:"version" validate:"required,min=1"`
	Answer  string `form:"answer" validate:"required,oneof=approved changes declined"`
	Reason  string `form:"reason,body" validate:"max=4000"`
}

// answer is the decision that a form came to, with the words that stood beside
// its button and on it.
func (in decideInput) answer(c *ui.Chrome) approval.Answer {
	return approval.Answer{Version: in.Version, State: approval.State(in.Answer), Reason: in.Reason, Key: in.Key,
		Words: c.T("approvals.consent") + " [" + c.T("approvals.answer."+in.Answer) + "]"}
}

// Decide records a decision: POST /a/{account}/approvals/{approval}/decide. One
// that comes too late, or for an older version, is told so with 409; nothing was
// recorded and what was typed is kept.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	var in decideInput
	problem := form.Decode(w, r, &in)
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	d := in.answer(c)
	d.Account, d.ID = a.Account, a.ID
	if problem == nil {
		_, problem = p.o.Questions.DecideApproval(r.Context(), s, d)
	}
	if problem == nil {
		http.Redirect(w, r, path(a.Account, a.ID)+"#decision", http.StatusSeeOther)
		return nil
	}
	if !correctable(problem) {
		return problem
	}
	if a, err = p.approvalOf(r, s); err != nil { // as it is now
		return err
	}
	v, err := p.view(r, s, a)
	if err != nil {
		return err
	}
	v.refused(d, problem)
	return ui.Show(w, r, statusOf(problem), detailPage(v))
}

// refused shows the form again with what is wrong, or why it was too late.
func (v *view) refused(d approval.Answer, problem error) {
	if fault.Is(problem, fault.Conflict) {
		v.behind(d, problem)
		return
	}
	v.Decide.Reason, v.Decide.Problem, v.Decide.Problems = d.Reason, fault.Public(problem), fault.Fields(problem)
}
