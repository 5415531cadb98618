package api

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// NewPayment tells of a payment of an invoice, which names the currency.
type NewPayment struct {
	Amount    string `json:"amount" maxLength:"40" doc:"Above zero, with a point before the cents; at most what is owed."`
	Date      string `json:"date" format:"date"`
	Method    string `json:"method,omitempty" maxLength:"250"`
	Reference string `json:"reference,omitempty" maxLength:"250" doc:"What stands on the bank statement."`
	Base      string `json:"base" maxLength:"500" doc:"The version of the invoice that you saw."`
}

// NewDecision decides about a quote.
type NewDecision struct {
	Base   string `json:"base" maxLength:"500" doc:"The version of the quote that you saw."`
	Digest string `json:"digest" maxLength:"64" doc:"The digest of the quote that you saw."`
	Text   string `json:"text,omitempty" maxLength:"20000" doc:"Why; needed to decline."`
}

// NewDocument is a file that is to be kept by a connected system.
type NewDocument struct {
	Name       string `json:"name" maxLength:"200"`
	Content    []byte `json:"content" format:"byte" doc:"The file in base64, at most 10 MiB of it."`
	Folder     string `json:"folder,omitempty" maxLength:"250" doc:"Names from the top, joined by slashes."`
	Project    string `json:"project_source_id,omitempty" maxLength:"250" doc:"The source's id of its project."`
	Connection string `json:"connection,omitempty" format:"uuid" doc:"Where it goes; may be left out where there is only one place."`
}

const (
	maxContent = 10 << 20 // bytes of a document
	maxUpload  = 15 << 20 // bytes of the request around it
)

const followed = " It is recorded at once and carried out afterwards; read the action, or subscribe to action.confirmed and action.refused, to learn what became of it."

func (a *API) askDoors() []Door {
	const quote = inAccount + "/quotes/{quote}"
	return []Door{
		{Method: http.MethodPost, Path: inAccount + "/invoices/{invoice}/payments", Scope: apikey.PaymentsWrite, Name: "createPayment", Summary: "Tell of a payment",
			Text: "One at a time: another one is refused until the effect of the first was read." + followed,
			In:   NewPayment{}, Status: http.StatusAccepted, Out: Action{}, handle: a.createPayment},
		{Method: http.MethodPost, Path: quote + "/accept", Scope: apikey.QuotesWrite, Name: "acceptQuote", Summary: "Accept a quote",
			Text: "It binds the client: ask them before." + followed,
			In:   NewDecision{}, Status: http.StatusAccepted, Out: Action{}, handle: a.decideQuote(action.QuoteAccept)},
		{Method: http.MethodPost, Path: quote + "/decline", Scope: apikey.QuotesWrite, Name: "declineQuote", Summary: "Decline a quote",
			Text: strings.TrimSpace(followed), In: NewDecision{}, Status: http.StatusAccepted, Out: Action{}, handle: a.decideQuote(action.QuoteDecline)},
		{Method: http.MethodPost, Path: inAccount + "/events/{event}/acknowledge", Scope: apikey.EventsWrite, Name: "acknowledgeEvent", Summary: "Acknowledge an event",
			Text: strings.TrimSpace(followed), Status: http.StatusAccepted, Out: Action{}, handle: a.acknowledgeEvent},
		{Method: http.MethodPost, Path: inAccount + "/documents", Scope: apikey.DocumentsWrite, Name: "uploadDocument", Summary: "Upload a document", Most: maxUpload,
			Text: "Where a connected system takes documents." + followed, In: NewDocument{}, Status: http.StatusAccepted, Out: Action{}, handle: a.uploadDocument},
	}
}

// ask records an action on a record, where its system takes such actions.
func (a *API) ask(ctx context.Context, c Caller, on record.Detail, d action.Draft) (any, error) {
	if !a.o.Able(ctx, on.Stamp.Connection, d.Kind) {
		return nil, fault.New(fault.Invalid, on.Stamp.System+" takes no such action from here.")
	}
	d.Account, d.Target, d.Key = c.Account, on.ID, c.Seed
	x, err := a.o.Actions.Submit(ctx, c.Scope, d)
	if err != nil {
		return nil, err
	}
	return actionOf(x), nil
}

func (a *API) createPayment(r *http.Request, c Caller) (any, error) {
	var in NewPayment
	if err := c.read(&in); err != nil {
		return nil, err
	}
	d, body, err := find[record.Invoice](a, r, c, "invoice")
	if err != nil {
		return nil, err
	}
	fields := map[string]string{action.FieldAmount: in.Amount, action.FieldCurrency: body.Currency, action.FieldDate: in.Date}
	for name, value := range map[string]string{action.FieldMethod: in.Method, action.FieldReference: in.Reference} {
		if value != "" {
			fields[name] = value
		}
	}
	draft := action.Draft{Kind: action.PaymentRecord, Base: in.Base, Input: action.Input{Fields: fields}}
	owed, _ := body.Owed(d.State)
	if in.Base == d.Base && action.CheckInput(draft.Kind, draft.Input) == nil && record.Decimal(in.Amount).Cmp(owed) > 0 {
		return nil, fault.New(fault.Invalid, "Please correct what is named.").Field("amount", "That is more than is owed.")
	}
	return a.ask(r.Context(), c, d, draft)
}

func (a *API) decideQuote(kind action.Kind) handler {
	return func(r *http.Request, c Caller) (any, error) {
		var in NewDecision
		if err := c.read(&in); err != nil {
			return nil, err
		}
		d, _, err := find[record.Quote](a, r, c, "quote")
		if err != nil {
			return nil, err
		}
		problem := fault.New(fault.Invalid, "Please correct what is named.")
		if strings.ContainsRune(in.Text, 0) {
			problem.Field("text", "It holds a character that cannot be stored.")
		}
		if in.Digest == "" {
			problem.Field("digest", "This is needed.")
		}
		if len(problem.Fields) > 0 {
			return nil, problem
		}
		return a.ask(r.Context(), c, d, action.Draft{Kind: kind, Base: in.Base, Input: action.Input{Text: in.Text, Fields: map[string]string{action.FieldDigest: in.Digest}}})
	}
}

func (a *API) acknowledgeEvent(r *http.Request, c Caller) (any, error) {
	d, _, err := find[record.Event](a, r, c, "event")
	if err != nil {
		return nil, err
	}
	return a.ask(r.Context(), c, d, action.Draft{Kind: action.EventAcknowledge})
}

func (a *API) uploadDocument(r *http.Request, c Caller) (any, error) {
	var in NewDocument
	if err := c.read(&in); err != nil {
		return nil, err
	}
	problem := fault.New(fault.Invalid, "Please correct what is named.")
	if strings.TrimSpace(in.Name) == "" {
		problem.Field("name", "This is needed.")
	}
	switch {
	case len(in.Content) == 0:
		problem.Field("content", "This is needed.")
	case len(in.Content) > maxContent:
		problem.Field("content", "At most 10 MiB.")
	}
	if len(problem.Fields) > 0 {
		return nil, problem
	}
	place, err := a.shelf(r.Context(), c, in.Connection)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for name, value := range map[string]string{action.FieldFolder: in.Folder, action.FieldProject: in.Project} {
		if value != "" {
			fields[name] = value
		}
	}
	return a.upload(r.Context(), c, in, action.Draft{Account: c.Account, Kind: action.DocumentUpload, Connection: place, Key: c.Seed, Input: action.Input{Fields: fields}})
}

// upload keeps the file and records the action that brings it there. A file of an
// attempt that came second is let go: the first one is on its way.
func (a *API) upload(ctx context.Context, c Caller, in NewDocument, d action.Draft) (any, error) {
	kept, err := a.o.Uploads.Keep(ctx, in.Name, bytes.NewReader(in.Content))
	if err != nil {
		return nil, err
	}
	d.Input.Files = []action.File{kept}
	x, err := a.o.Actions.Submit(ctx, c.Scope, d)
	// Of an error that does not say that nothing was done, the file may be needed.
	if refused(err) || err == nil && (len(x.Input.Files) != 1 || x.Input.Files[0].ID != kept.ID) {
		_ = a.o.Uploads.Drop(context.WithoutCancel(ctx), kept.ID) // what is left is released with age
	}
	if err != nil {
		return nil, err
	}
	return actionOf(x), nil
}

// shelf finds the connection that a document goes to: one that feeds documents of
// the account and takes them.
func (a *API) shelf(ctx context.Context, c Caller, named string) (record.ConnectionID, error) {
	page, err := a.o.Records.List(ctx, c.Scope, c.Account, record.Query{Kind: record.KindDocument, Limit: 1})
	if err != nil {
		return record.ConnectionID{}, err
	}
	var found []record.ConnectionID
	for _, f := range page.Fresh {
		if slices.Contains(f.Kinds, record.KindDocument) && !slices.Contains(found, f.Connection) && (named == "" || f.Connection.String() == named) && a.o.Able(ctx, f.Connection, action.DocumentUpload) {
			found = append(found, f.Connection)
		}
	}
	if len(found) != 1 {
		return record.ConnectionID{}, fault.New(fault.Invalid, "Please correct what is named.").Field("connection", "Name one system that takes documents of this account.")
	}
	return found[0], nil
}
