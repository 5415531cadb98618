package quotes

import (
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
)

// decideInput is what the two buttons post.
type decideInput struct {
	Key    string `form:"key" validate:"required,uuid"`
	Base   string `form:"base" validate:"required,max=500"`
	Digest string `form:"digest" validate:"required,hexadecimal,len=64"`
	Answer string `form:"answer" validate:"required,oneof=accept decline"`
	Text   string `form:"text,body" validate:"max=4000"`
	Saw    saw
}

// saw is what the reader had before them.
type saw struct {
	Title  string `form:"saw_title" validate:"max=1000"`
	Total  string `form:"saw_total" validate:"max=60"`
	Valid  string `form:"saw_valid" validate:"max=60"`
	Status string `form:"saw_status" validate:"max=200"`
	Lines  string `form:"saw_lines,body" validate:"max=20000"`
}

// kind is what an answer asks for.
func (in decideInput) kind() action.Kind {
	if in.Answer == "decline" {
		return action.QuoteDecline
	}
	return action.QuoteAccept
}

// Decide accepts or declines a quote: POST /a/{account}/quotes/{id}/decide. When it
// has changed since it was seen, or somebody was faster, nothing is done: that is
// told with 409, and what was typed is kept.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, body, err := p.quoteOf(r, s)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	var in decideInput
	problem := form.Decode(w, r, &in)
	if problem == nil {
		problem = form.Fill(r.PostForm, &in.Saw)
	}
	var a action.Action
	if problem == nil {
		a, problem = p.o.Actions.Submit(r.Context(), s, action.Draft{
			Account: s.Account(), Kind: in.kind(), Target: d.ID, Base: in.Base, Key: in.Key,
			Input: action.Input{Text: in.Text, Fields: map[string]string{action.FieldDigest: in.Digest, action.FieldConsent: consent(c, quote{Row: d.Row, Quote: body}, in.Answer)}},
		})
	}
	if problem != nil {
		return p.again(w, r, s, in, problem)
	}
	http.Redirect(w, r, quotePath(d.Row)+ui.ProgressAnchor(a.ID), http.StatusSeeOther)
	return nil
}

// consent is the words that stand beside a button, and on it.
func consent(c *ui.Chrome, q quote, answer string) string {
	return c.T("quotes.consent") + " [" + button(c, q, answer) + "]"
}

func button(c *ui.Chrome, q quote, answer string) string {
	if answer == "decline" {
		return c.T("quotes.answer.decline")
	}
	return c.T("quotes.answer.accept", total(c, q))
}

// again shows the quote as it is now with what was typed and why it was not done.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, s access.Scope, in decideInput, problem error) error {
	status := http.StatusUnprocessableEntity
	switch fault.KindOf(problem) {
	case fault.Conflict:
		status = http.StatusConflict
	case fault.Invalid:
	default:
		return problem
	}
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	may := v.Decide.Accept || v.Decide.Decline
	v.Decide.Text = in.Text
	switch {
	case !may: // decided meanwhile, or expired
		v.Late, v.Kept = fault.Public(problem), in.Text
	case status == http.StatusConflict:
		v.Stale = &staleView{Text: fault.Public(problem), Diffs: v.diffs(in.Saw)}
	default:
		v.Decide.Problem, v.Decide.Problems = fault.Public(problem), fault.Fields(problem)
	}
	return ui.Show(w, r, status, detailPage(v))
}

// diffs says what a reader who decides late has not seen; of the rest that it has
// not changed, where nothing else tells.
func (v detailView) diffs(was saw) []ui.Diff {
	c, now := v.Chrome, v.saw()
	var out []ui.Diff
	for _, d := range []ui.Diff{
		{What: c.T("quotes.subject"), Was: was.Title, Now: now.Title},
		{What: c.T("quotes.lines"), Was: was.Lines, Now: now.Lines},
		{What: c.T("money.total"), Was: was.Total, Now: now.Total},
		{What: c.T("quotes.valid"), Was: was.Valid, Now: now.Valid},
		{What: c.T("quotes.column.status"), Was: was.Status, Now: now.Status},
	} {
		if d.Was != d.Now || d.What == c.T("money.total") {
			out = append(out, d)
		}
	}
	return out
}
