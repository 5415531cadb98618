package tickets

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// newInput is what the form of a new request posts.
type newInput struct {
	Key     string `form:"key" validate:"required,uuid"`
	To      string `form:"to" validate:"max=400"`
	Subject string `form:"subject" validate:"required,max=200"`
	Text    string `form:"text,body" validate:"required,max=20000"`
}

// newView is everything that the form shows.
type newView struct {
	Chrome   *ui.Chrome
	Input    newInput
	To       []ui.Option // where it may go; empty when nowhere
	Problems map[string]string
	Problem  string
	Back     string
}

// New serves the form: GET /a/{account}/tickets/new, about an asset with ?asset=.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := access.Act(s, s.Account(), record.KindTicket); err != nil {
		return err
	}
	in := newInput{Key: uuid.NewString()}
	if about := r.URL.Query().Get("asset"); about != "" {
		if err := p.about(r, s, about, &in); err != nil {
			return err
		}
	}
	return p.showNew(w, r, s, in, nil)
}

// about prefills a request with the asset that it is about.
func (p *Pages) about(r *http.Request, s access.Scope, asset string, in *newInput) error {
	id, err := record.ParseID(asset)
	if err != nil {
		return notHere()
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindAsset, id)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	body, _ := d.Body.(record.Asset)
	name := d.Title
	if body.Tag != "" && body.Tag != d.Title {
		name += " (" + body.Tag + ")"
	}
	in.Subject = clip(c.T("tickets.about.subject", name), action.MaxSubject)
	in.Text = c.T("tickets.about.text", name)
	if body.Serial != "" {
		in.Text += "\n" + c.T("tickets.about.serial", body.Serial)
	}
	in.Text += "\n\n"
	return nil
}

// Create records a new request: POST /a/{account}/tickets.
func (p *Pages) Create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in newInput
	files, err := form.DecodeFiles(w, r, &in, "files", p.o.Uploads)
	if err == nil && strings.TrimSpace(in.Text) == "" {
		err = fault.New(fault.Invalid, "Please correct what is marked.").Field("text", "This is needed.")
	}
	if err != nil {
		p.drop(r, files, nil)
		return p.again(err, func(err error) error { return p.showNew(w, r, s, in, err) })
	}
	to, queue, err := p.destination(r, s, in.To)
	if err == nil {
		var a action.Action
		a, err = p.o.Actions.Submit(r.Context(), s, action.Draft{
			Account: s.Account(), Kind: action.TicketCreate, Connection: to, Key: in.Key,
			Input: action.Input{Subject: in.Subject, Text: in.Text, Queue: queue, Files: files},
		})
		if err == nil {
			p.drop(r, files, a.Input.Files)
			http.Redirect(w, r, ui.ActionPath(s.Account(), a.ID), http.StatusSeeOther)
			return nil
		}
		in.Key = uuid.NewString() // a form that is refused now was not sent, or sent with other words
	}
	p.spare(r, files, err)
	return p.again(err, func(err error) error { return p.showNew(w, r, s, in, err) })
}

// destination finds where a request goes: only what the reader may choose among,
// whatever was posted.
func (p *Pages) destination(r *http.Request, s access.Scope, to string) (record.ConnectionID, string, error) {
	all, err := p.o.Actions.Destinations(r.Context(), s, s.Account())
	if err != nil {
		return record.ConnectionID{}, "", err
	}
	places := places(all)
	if to == "" && len(places) == 1 {
		return places[0].connection, places[0].queue, nil
	}
	for _, at := range places {
		if at.value() == to {
			return at.connection, at.queue, nil
		}
	}
	return record.ConnectionID{}, "", fault.New(fault.Invalid, "Please correct what is marked.").Field("to", "Choose where it should go.")
}

// place is one queue of one system.
type place struct {
	connection    record.ConnectionID
	system, queue string
}

func (p place) value() string { return p.connection.String() + " " + p.queue }

func places(all []action.Destination) []place {
	var out []place
	for _, d := range all {
		if len(d.Queues) == 0 {
			out = append(out, place{connection: d.Connection, system: d.System})
		}
		for _, q := range d.Queues {
			out = append(out, place{connection: d.Connection, system: d.System, queue: q})
		}
	}
	return out
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, s access.Scope, in newInput, problem error) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.o.Actions.Destinations(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	c.Title = c.T("tickets.new")
	if uuid.Validate(in.Key) != nil {
		in.Key = uuid.NewString()
	}
	v := newView{Chrome: c, Input: in, Problems: fault.Fields(problem), Problem: fault.Public(problem), Back: listPath(s.Account())}
	several := len(all) > 1
	for _, at := range places(all) {
		label := at.queue
		if several || label == "" {
			label = strings.TrimSuffix(at.system+", "+at.queue, ", ")
		}
		v.To = append(v.To, ui.Option{Value: at.value(), Label: label})
	}
	return ui.Show(w, r, statusOf(problem), newPage(v))
}

// again shows a form once more when its reader can correct it.
func (p *Pages) again(err error, form func(error) error) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return form(err)
	}
	return err
}

func statusOf(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case fault.Is(err, fault.TooLarge):
		return http.StatusRequestEntityTooLarge
	case fault.Is(err, fault.Conflict):
		return http.StatusConflict
	default:
		return http.StatusUnprocessableEntity
	}
}

// spare forgets uploads that were surely not recorded. After a fault that is not
// an answer the action may stand, and then it needs its files.
func (p *Pages) spare(r *http.Request, uploaded []action.File, err error) {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.Forbidden, fault.NotFound, fault.Unauthenticated:
		p.drop(r, uploaded, nil)
	}
}

// drop forgets uploads that did not become part of an action: the form was
// refused, or it was sent twice and the first one counts.
func (p *Pages) drop(r *http.Request, uploaded, kept []action.File) {
	for _, f := range uploaded {
		if !slices.ContainsFunc(kept, func(k action.File) bool { return k.ID == f.ID }) {
			_ = p.o.Uploads.Drop(r.Context(), f.ID) // what is left is released with age
		}
	}
}

func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
