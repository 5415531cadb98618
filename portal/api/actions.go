package api

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Action is something that was asked for, with its receipt.
type Action struct {
	ID         string    `json:"id" format:"uuid"`
	Ref        string    `json:"ref" doc:"Quoted in the other system."`
	Kind       string    `json:"kind" enum:"ticket.reply,ticket.create,ticket.close,ticket.reopen,payment.record,quote.accept,quote.decline,event.acknowledge,document.upload"`
	Record     string    `json:"record,omitempty" format:"uuid" doc:"What it is on: the invoice of a payment, for example; missing for something new."`
	Ticket     string    `json:"ticket,omitempty" format:"uuid" doc:"The same, of what is asked on a request."`
	Connection string    `json:"connection" format:"uuid"`
	By         string    `json:"by" doc:"Who asked: a person, or “API key” and its name."`
	State      string    `json:"state" enum:"recorded,sending,accepted,confirmed,retrying,unknown,conflict,refused,dead,withdrawn"`
	Final      bool      `json:"final" doc:"The state never changes again."`
	WaitsFor   string    `json:"waits_for,omitempty" enum:"source,provider,actor" doc:"Who has to do the next thing while it does not move: the other system, a person at the provider, or who asked."`
	Reason     string    `json:"reason,omitempty" doc:"Why it is refused or waits, in plain words."`
	Reference  string    `json:"reference,omitempty" doc:"The other system's own id of the effect."`
	Recorded   time.Time `json:"recorded_at"`
	Sent       time.Time `json:"sent_at,omitzero"`
	Accepted   time.Time `json:"accepted_at,omitzero"`
	Ended      time.Time `json:"ended_at,omitzero" doc:"When it was confirmed by reading it back, refused or withdrawn."`
	Next       time.Time `json:"next_attempt_at,omitzero"`
}

// NewAction is what may be asked for.
type NewAction struct {
	Kind       string `json:"kind" enum:"ticket.reply,ticket.create,ticket.close,ticket.reopen"`
	Ticket     string `json:"ticket,omitempty" format:"uuid" doc:"The request; not for ticket.create."`
	Text       string `json:"text,omitempty" maxLength:"20000" doc:"Needed to reply and to create. Plain text."`
	Subject    string `json:"subject,omitempty" maxLength:"200" doc:"Needed to create."`
	Connection string `json:"connection,omitempty" format:"uuid" doc:"Where a new request goes; may be left out where there is only one place."`
	Queue      string `json:"queue,omitempty" maxLength:"250"`
	Base       string `json:"base,omitempty" maxLength:"500" doc:"The version of the ticket that you saw: to close or reopen is then refused when it has changed."`
}

func (a *API) actionDoors() []Door {
	const one = inAccount + "/actions/{action}"
	return []Door{
		{Method: http.MethodPost, Path: inAccount + "/actions", Scope: apikey.ActionsWrite, Name: "createAction", Summary: "Ask for an action on a request",
			Text: "Payments, quotes, events and documents have doors of their own. It is recorded at once and carried out afterwards; read it, or subscribe to action.confirmed and action.refused, to learn what became of it.",
			In:   NewAction{}, Status: http.StatusAccepted, Out: Action{}, handle: a.createAction},
		{Method: http.MethodGet, Path: one, Scope: apikey.ActionsRead, Name: "readAction", Summary: "Read an action with its receipt",
			Text: "Of a payment, a quote, an event or a document it needs a scope of that kind besides.", Status: http.StatusOK, Out: Action{}, handle: a.readAction},
		{Method: http.MethodPost, Path: one + "/withdraw", Scope: apikey.ActionsWrite, Name: "withdrawAction", Summary: "Take an action back",
			Text: "Only the key that asked for it may, and only before it is sent; of a payment, a quote, an event or a document it needs the scope by which that was asked for besides.", Status: http.StatusOK, Out: Action{}, handle: a.withdrawAction},
	}
}

func actionOf(x action.Action) Action {
	out := Action{ID: x.ID.String(), Ref: x.Ref, Kind: string(x.Kind), Connection: x.Connection.String(), By: x.Actor.Name, State: string(x.State), Final: x.State.Final(),
		Reason: x.Reason, Reference: x.Reference, Recorded: x.Recorded.UTC(), Sent: x.Sent.UTC(), Accepted: x.Accepted.UTC(), Ended: x.Ended.UTC(), Next: x.Due.UTC()}
	if !x.Target.IsZero() {
		out.Record = x.Target.String()
		if x.Kind.About() == record.KindTicket {
			out.Ticket = out.Record
		}
	}
	switch x.State {
	case action.Retrying, action.Unknown:
		out.WaitsFor = "source"
	case action.Dead:
		out.WaitsFor = "provider"
	case action.Conflict:
		out.WaitsFor = "actor"
	}
	return out
}

func (a *API) createAction(r *http.Request, c Caller) (any, error) {
	var in NewAction
	if err := c.read(&in); err != nil {
		return nil, err
	}
	d := action.Draft{Account: c.Account, Kind: action.Kind(in.Kind), Base: in.Base, Key: c.Seed,
		Input: action.Input{Subject: strings.TrimSpace(in.Subject), Text: in.Text, Queue: in.Queue}}
	if err := checkAction(in, &d); err != nil {
		return nil, err
	}
	if d.Kind == action.TicketCreate {
		if err := a.place(r, c, in, &d); err != nil {
			return nil, err
		}
	}
	x, err := a.o.Actions.Submit(r.Context(), c.Scope, d)
	if err != nil {
		return nil, err
	}
	return actionOf(x), nil
}

// checkAction refuses what no page of ours would send, and completes the target.
func checkAction(in NewAction, d *action.Draft) error {
	problem := fault.New(fault.Invalid, "Please correct what is named.")
	write, create := d.Kind == action.TicketReply || d.Kind == action.TicketCreate, d.Kind == action.TicketCreate
	if !write && d.Kind != action.TicketClose && d.Kind != action.TicketReopen {
		return problem.Field("kind", "One of ticket.reply, ticket.create, ticket.close, ticket.reopen.")
	}
	target, err := record.ParseID(in.Ticket)
	switch {
	case create && in.Ticket != "":
		problem.Field("ticket", "A new request has none yet.")
	case !create && err != nil:
		problem.Field("ticket", "The id of a ticket is needed.")
	case !create:
		d.Target = target
	}
	switch {
	case write && strings.TrimSpace(in.Text) == "":
		problem.Field("text", "This is needed.")
	case !write && in.Text != "":
		problem.Field("text", "Reply for words; this takes none.")
	case utf8.RuneCountInString(in.Text) > action.MaxText:
		problem.Field("text", "At most 20000 characters.")
	case strings.ContainsRune(in.Text, 0) || strings.ContainsRune(in.Subject, 0):
		problem.Field("text", "It holds a character that cannot be stored.")
	}
	switch {
	case create && d.Input.Subject == "":
		problem.Field("subject", "This is needed.")
	case !create && in.Subject != "":
		problem.Field("subject", "Only a new request has one.")
	case utf8.RuneCountInString(in.Subject) > action.MaxSubject || strings.ContainsAny(in.Subject, "\r\n"):
		problem.Field("subject", "One line of at most 200 characters.")
	}
	if !create && (in.Connection != "" || in.Queue != "") {
		problem.Field("connection", "Only a new request has a place to go.")
	}
	if len(problem.Fields) > 0 {
		return problem
	}
	return nil
}

// place finds where a new request goes: only where requests of the account may.
func (a *API) place(r *http.Request, c Caller, in NewAction, d *action.Draft) error {
	all, err := a.o.Actions.Destinations(r.Context(), c.Scope, c.Account)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(to action.Destination) bool {
		return in.Connection != "" && to.Connection.String() != in.Connection || in.Queue != "" && !slices.Contains(to.Queues, in.Queue)
	})
	if len(all) != 1 {
		return fault.New(fault.Invalid, "Please correct what is named.").Field("connection", "Name one place where requests of this account may go.")
	}
	d.Connection = all[0].Connection
	if d.Input.Queue == "" && len(all[0].Queues) == 1 {
		d.Input.Queue = all[0].Queues[0]
	}
	if d.Input.Queue == "" && len(all[0].Queues) > 1 {
		return fault.New(fault.Invalid, "Please correct what is named.").Field("queue", "One of "+strings.Join(all[0].Queues, ", ")+".")
	}
	return nil
}

func actionID(r *http.Request) (action.ID, error) {
	id, err := action.ParseID(r.PathValue("action"))
	if err != nil {
		return id, notHere()
	}
	return id, nil
}

func (a *API) readAction(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	id, err := actionID(r)
	if err != nil {
		return nil, err
	}
	x, err := a.o.Actions.ActionByID(r.Context(), c.Scope, c.Account, id)
	return actionOf(x), err
}

func (a *API) withdrawAction(r *http.Request, c Caller) (any, error) {
	id, err := actionID(r)
	if err != nil {
		return nil, err
	}
	x, err := a.o.Actions.Withdraw(r.Context(), c.Scope, c.Account, id)
	return actionOf(x), err
}
