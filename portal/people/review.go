package people

import (
	"net/http"

	"github.com/google/uuid"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

type reviewView struct {
	Chrome  *ui.Chrome
	Base    string
	Latin   bool
	Good    []line
	Refused []line
	Key     string
	Problem string
	Done    string // what became of the part before

	// Part counts from 1; the parts after it wait in the form.
	Part, Parts int
	Waiting     int
	Rest        string
}

// begin shows a list before anything is sent, and says of each line what stands in
// its way. What is more than can be invited at once waits for the next part.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request, s access.Scope, list sheet) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	if err := p.compare(r, s, c, list.Lines); err != nil {
		return err
	}
	v := reviewView{Chrome: c, Latin: list.Latin, Key: uuid.NewString(), Part: 1}
	var good []line
	for _, l := range list.Lines {
		if l.Problem == "" {
			good = append(good, l)
		} else {
			v.Refused = append(v.Refused, l)
		}
	}
	return v.next(good).show(w, r, s, http.StatusOK)
}

// next takes a part of those who wait.
func (v reviewView) next(waiting []line) reviewView {
	n := min(len(waiting), access.InvitesAtOnce)
	v.Good = waiting[:n]
	return v.wait(waiting[n:])
}

// wait leaves those who wait for the parts to come.
func (v reviewView) wait(rest []line) reviewView {
	v.Waiting, v.Rest = len(rest), pack(rest)
	v.Parts = v.Part + parts(len(rest))
	return v
}

func (v reviewView) show(w http.ResponseWriter, r *http.Request, s access.Scope, code int) error {
	if len(v.Rest) > mostRest {
		return fault.New(fault.TooLarge, v.Chrome.T("bulk.large"))
	}
	v.Base, v.Chrome.Title = base(s.Account()), v.Chrome.T("bulk.review")
	return ui.Show(w, r, code, reviewPage(v))
}

// compare marks lines that repeat one another, and people who are in or invited.
func (p *Pages) compare(r *http.Request, s access.Scope, c *ui.Chrome, lines []line) error {
	all, err := p.o.Members.Colleagues(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	invited, err := p.o.Invitations.InvitationsTo(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	why := map[string]string{}
	for _, i := range invited {
		if i.State.Open() {
			why[i.Email] = c.T("people.why", i.Email, c.T("people.why.invited"))
		}
	}
	for _, m := range all {
		why[m.Email] = c.T("people.why", named(m), c.T("people.why.member"))
	}
	first := map[string]int{}
	for i := range lines {
		l := &lines[i]
		if l.Problem != "" {
			continue
		}
		if n, twice := first[l.Email]; twice {
			l.Problem = c.T("bulk.twice", l.Email, c.Number(n))
			continue
		}
		first[l.Email], l.Problem = l.Number, why[l.Email]
	}
	return nil
}
