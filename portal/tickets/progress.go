package tickets

import (
	"net/http"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// ended is the event that tells an open page that an action reached its end, so
// that it reads the history again (live.js).
const ended = "portico:ended"

// progressView is the page of one action.
type progressView struct {
	Chrome   *ui.Chrome
	Progress ui.Progress
	Target   record.Row // zero for something new
	List     string     // the list of its kind, or the account
	Back     string
}

// Progress serves one action: GET /a/{account}/actions/{action}. A page that
// polls gets the part that changed, or an empty answer when nothing did.
func (p *Pages) Progress(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.actionOf(r, s)
	if err != nil {
		return err
	}
	v, err := p.progressView(r, s, a)
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") != "true" {
		return ui.Show(w, r, http.StatusOK, progressPage(v))
	}
	if r.URL.Query().Get("seen") == v.Progress.Seen() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if a.State.Final() {
		w.Header().Set("HX-Trigger", ended)
	}
	return ui.Show(w, r, http.StatusOK, ui.ProgressCard(v.Chrome, v.Progress))
}

// Withdraw takes back what was not sent yet: POST /a/{account}/actions/{action}/withdraw.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := action.ParseID(r.PathValue("action"))
	if err != nil {
		return notHere()
	}
	a, err := p.o.Actions.ActionByID(r.Context(), s, s.Account(), id)
	if err == nil {
		err = access.Act(s, s.Account(), a.Kind.About())
	}
	if err == nil {
		a, err = p.o.Actions.Withdraw(r.Context(), s, s.Account(), id)
	}
	if err != nil {
		return err
	}
	if a.Target.IsZero() || ui.KindPath(a.Account, a.Kind.About()) == "" {
		http.Redirect(w, r, ui.ActionPath(a.Account, a.ID), http.StatusSeeOther)
		return nil
	}
	p.seeProgress(w, r, a)
	return nil
}

func (p *Pages) actionOf(r *http.Request, s access.Scope) (action.Action, error) {
	id, err := action.ParseID(r.PathValue("action"))
	if err != nil {
		return action.Action{}, notHere()
	}
	return p.o.Actions.ActionByID(r.Context(), s, s.Account(), id)
}

func (p *Pages) progressView(r *http.Request, s access.Scope, a action.Action) (progressView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return progressView{}, err
	}
	list := ui.KindPath(a.Account, a.Kind.About())
	v := progressView{Chrome: c, List: list, Back: list}
	if list == "" {
		v.List, v.Back = c.Home, c.Home
	}
	if !a.Target.IsZero() {
		d, err := p.o.Records.Detail(r.Context(), s, a.Account, a.Kind.About(), a.Target)
		switch {
		case err == nil:
			v.Target = d.Row
			if list != "" {
				v.Back = list + "/" + d.ID.String()
			}
		case !fault.Is(err, fault.NotFound): // of what has left, what was asked for stays
			return v, err
		}
	}
	system := v.Target.Stamp.System
	if v.Target.ID.IsZero() {
		if system, err = p.systemOf(r, s, a); err != nil {
			return v, err
		}
	}
	if system == "" {
		system = c.Provider.Name
	}
	v.Progress = ui.NewProgress(s, a, system)
	c.Title = c.T("progress.of." + string(a.Kind))
	return v, nil
}

// systemOf names where something goes, as far as the reader may send there: not
// for staff, who cannot send anything.
func (p *Pages) systemOf(r *http.Request, s access.Scope, a action.Action) (string, error) {
	if !s.Acts(record.KindTicket) {
		return "", nil
	}
	all, err := p.o.Actions.Destinations(r.Context(), s, a.Account)
	for _, d := range all {
		if d.Connection == a.Connection {
			return d.System, nil
		}
	}
	return "", err
}
