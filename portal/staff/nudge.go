package staff

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

const nudgePath = queuePath + "/nudge"

// mostNudged is how many questions are nudged at once: what one page shows.
const mostNudged = 50

// picked is what was chosen in the queue.
type picked struct {
	Picks []string `form:"pick"`
}

func (f picked) refs() ([]work.Ref, error) {
	if len(f.Picks) > mostNudged {
		return nil, fault.Newf(fault.Invalid, "At most %d questions can be chosen at once.", mostNudged)
	}
	refs := make([]work.Ref, len(f.Picks))
	for i, pick := range f.Picks {
		account, approval, _ := strings.Cut(pick, "/")
		id, err := record.ParseAccountID(account)
		if err != nil {
			return nil, notHere()
		}
		if _, err := record.ParseID(approval); err != nil {
			return nil, notHere()
		}
		refs[i] = work.Ref{Account: id, Approval: approval}
	}
	return refs, nil
}

// nudgeView is everything that the preview of reminders shows.
type nudgeView struct {
	Chrome *ui.Chrome
	Nudges []work.Nudge
	Send   int // how many questions are reminded of
	People int // mails
}

// PreviewNudges says who would get a reminder: GET /staff/queue/nudge.
func (p *Pages) PreviewNudges(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f picked
	if err := form.Query(r, &f); err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	refs, err := f.refs()
	if err != nil {
		return err
	}
	v := nudgeView{Chrome: c}
	if v.Nudges, err = p.o.Queue.PreviewNudges(r.Context(), s, refs, p.day(c)); err != nil {
		return err
	}
	for _, n := range v.Nudges {
		if n.Outcome == work.Sent {
			v.Send++
			v.People += len(n.To)
		}
	}
	c.Title = c.T("nudge.title")
	return ui.Show(w, r, http.StatusOK, nudgePage(v))
}

// Nudge sends what was previewed: POST /staff/queue/nudge.
func (p *Pages) Nudge(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f picked
	if err := form.Decode(w, r, &f); err != nil {
		return err
	}
	refs, err := f.refs()
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	done, err := p.o.Queue.Nudge(r.Context(), s, refs, p.day(c))
	if err != nil {
		return err
	}
	sent := 0
	for _, n := range done {
		if n.Outcome == work.Sent {
			sent++
		}
	}
	http.Redirect(w, r, queuePath+"?view=approvals&nudged="+strconv.Itoa(sent)+"&skipped="+strconv.Itoa(len(done)-sent), http.StatusSeeOther)
	return nil
}

// day is today at the provider, whoever looks from where.
func (p *Pages) day(c *ui.Chrome) string {
	zone := p.o.Zone
	if zone == nil {
		zone = time.UTC
	}
	return c.Now.In(zone).Format(time.DateOnly)
}

// outcome says what is done about a question, by a word and a shape.
func outcome(c *ui.Chrome, n work.Nudge) (string, ui.Tone) {
	tone := ui.Neutral
	switch n.Outcome {
	case work.Sent:
		tone = ui.Live
	case work.Nobody, work.Held:
		tone = ui.Attn
	}
	return c.T("nudge.outcome." + string(n.Outcome)), tone
}

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}
