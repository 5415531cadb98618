package connections

import (
	"context"
	"net/http"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Trial is an action that is carried out up to the moment at which it would be sent.
type Trial struct {
	Kind     action.Kind
	External string // the system's own id of the record; "" for something new
	Company  string // the system's own key, of something new
	Input    action.Input
}

// Request is one request as it would leave, with nothing secret in it.
type Request struct {
	Method, Address string
	Headers         []Header
	Body            string
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// Rehearsed is what came of a trial. Nothing was written.
type Rehearsed struct {
	Found  *record.Record // the record as it is now; nil for something new
	Reads  []Request      // what was asked, without headers and bodies
	Ready  remote.Outcome // of looking at the record first; Done is go ahead
	Mark   string         // what is remembered of the record before the write
	Send   *Request       // what would be sent first; nil when nothing would be
	Reason string         // why nothing would be sent, although the record allows it
}

// Trying tries actions and writes nothing.
type Trying interface {
	// Choices are a few records of a kind, as the system has them now.
	Choices(ctx context.Context, s access.Scope, id record.ConnectionID, kind record.Kind) ([]remote.Sample, error)
	// Rehearse carries an action out and holds back what would be written.
	Rehearse(ctx context.Context, s access.Scope, id record.ConnectionID, t Trial) (Rehearsed, error)
}

// dryView is everything that the page of a dry run shows.
type dryView struct {
	Chrome   *ui.Chrome
	Detail   Detail
	Action   remote.ActionSpec
	Choices  []remote.Sample
	Input    dryInput
	Problem  string
	Problems map[string]string
	Result   *Rehearsed
}

// dryInput is what the form posts.
type dryInput struct {
	Action    string `form:"action" validate:"required,max=60"`
	Record    string `form:"record" validate:"max=300"`
	Other     string `form:"other" validate:"max=300"`
	Company   string `form:"company" validate:"max=300"`
	Subject   string `form:"subject" validate:"max=200"`
	Queue     string `form:"queue" validate:"max=200"`
	Text      string `form:"text" validate:"max=20000"`
	Amount    string `form:"amount" validate:"max=30"`
	Currency  string `form:"currency" validate:"max=3"`
	Date      string `form:"date" validate:"max=10"`
	Method    string `form:"method" validate:"max=200"`
	Reference string `form:"reference" validate:"max=200"`
}

// trial is the input as a connector takes it.
func (in dryInput) trial() Trial {
	t := Trial{Kind: action.Kind(in.Action), External: strings.TrimSpace(in.Other), Company: strings.TrimSpace(in.Company),
		Input: action.Input{Subject: in.Subject, Queue: in.Queue, Text: in.Text}}
	if t.External == "" {
		t.External = in.Record
	}
	if t.Kind == action.PaymentRecord {
		t.Input.Fields = map[string]string{action.FieldAmount: in.Amount, action.FieldCurrency: in.Currency, action.FieldDate: in.Date,
			action.FieldMethod: in.Method, action.FieldReference: in.Reference}
	}
	return t
}

// dryView reads what the page needs, for one of the connector's actions.
func (p *Pages) dryView(r *http.Request, s access.Scope, kind string) (dryView, error) {
	d, err := p.one(r)
	if err != nil {
		return dryView{}, err
	}
	list := parts.Triable(d.Spec)
	if len(list) == 0 {
		return dryView{}, fault.New(fault.NotFound, "This system takes no actions that could be tried.")
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return dryView{}, err
	}
	c.Title = c.T("dryrun.of", d.Name)
	v := dryView{Chrome: c, Detail: d, Action: list[0]}
	for _, a := range list {
		if string(a.Kind) == kind {
			v.Action = a
		}
	}
	v.Input = dryInput{Action: string(v.Action.Kind), Text: c.T("dryrun.text.example"), Subject: c.T("dryrun.text.example"), Amount: "1.00", Date: c.Today().Format("2006-01-02")}
	if v.Action.Kind.New() {
		return v, nil
	}
	if v.Choices, err = p.o.Trial.Choices(r.Context(), s, d.ID, v.Action.Kind.About()); err != nil {
		if !parts.Correctable(err) && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Unauthenticated) {
			return v, err
		}
		v.Problem, err = fault.Public(err), nil
	}
	for _, one := range v.Choices {
		if bill, ok := one.Record.Body.(record.Invoice); ok && v.Input.Currency == "" {
			v.Input.Currency = bill.Currency
		}
	}
	return v, err
}

// DryRun serves GET /admin/connections/{id}/dry-run.
func (p *Pages) DryRun(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.dryView(r, s, r.URL.Query().Get("action"))
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, dryPage(v))
}

// TryAction serves POST /admin/connections/{id}/dry-run. It changes nothing, so that
// what came of it is the answer itself.
func (p *Pages) TryAction(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in dryInput
	bad := form.Decode(w, r, &in)
	v, err := p.dryView(r, s, in.Action)
	if err != nil {
		return err
	}
	v.Input = in
	if err = bad; err == nil {
		var got Rehearsed
		got, err = p.o.Trial.Rehearse(r.Context(), s, v.Detail.ID, in.trial())
		if err == nil {
			v.Result = &got
			return ui.Show(w, r, http.StatusOK, dryPage(v))
		}
	}
	if !parts.Correctable(err) && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.NotFound) {
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), dryPage(v))
}

// actionTabs lead to the form of each action.
func actionTabs(v dryView) []ui.Tab {
	var out []ui.Tab
	for _, a := range parts.Triable(v.Detail.Spec) {
		out = append(out, ui.Tab{Label: dryName(v.Chrome, a.Kind), Href: parts.Of(v.Detail.ID) + "/dry-run?action=" + string(a.Kind), Current: a.Kind == v.Action.Kind})
	}
	return out
}

// dryName is what people call an action.
func dryName(c *ui.Chrome, k action.Kind) string {
	key := "connections.action." + string(k)
	if text := c.T(key); text != key {
		return text
	}
	return parts.Sentence(strings.ReplaceAll(string(k), ".", " "))
}

// recordOptions are the records to choose from.
func recordOptions(v dryView) []ui.Option {
	var out []ui.Option
	for _, s := range v.Choices {
		f := s.Record.Body.Facets()
		label := strings.TrimSpace(f.Number + " " + f.Title)
		if f.Status != "" {
			label += " (" + f.Status + ")"
		}
		out = append(out, ui.Option{Value: s.Record.External, Label: label})
	}
	return out
}

// readyWords say what looking at the record first came to.
func readyWords(c *ui.Chrome, r Rehearsed) (text string, tone ui.Tone) {
	switch r.Ready.Verdict {
	case remote.Done:
		return c.T("dryrun.ready"), ui.Good
	case remote.Conflict:
		return c.T("dryrun.conflict"), ui.Attn
	case remote.Rejected:
		return c.T("dryrun.rejected"), ui.Bad
	default:
		return c.T("dryrun.later"), ui.Attn
	}
}

// wire is a request as it is written.
func wire(r Request) string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Address + "\n")
	for _, h := range r.Headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if r.Body != "" {
		b.WriteString("\n" + r.Body)
	}
	return b.String()
}
