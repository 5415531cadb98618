package api

import (
	"encoding/json"
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/delivery"
	"portico/sync/fault"
)

// Delivery is one message on its way to one endpoint.
type Delivery struct {
	ID       string          `json:"id" format:"uuid"`
	Message  string          `json:"message_id" doc:"The header webhook-id, at every attempt."`
	Type     string          `json:"type"`
	Account  string          `json:"account,omitempty" format:"uuid"`
	State    string          `json:"state" enum:"due,delivered,failed"`
	Status   int             `json:"status,omitempty" doc:"The last answer's."`
	Problem  string          `json:"problem,omitempty"`
	Created  time.Time       `json:"created_at"`
	Due      time.Time       `json:"due_at,omitzero" doc:"When it is tried next."`
	Ended    time.Time       `json:"ended_at,omitzero"`
	Attempts []Attempt       `json:"attempts" doc:"The oldest first."`
	Payload  json.RawMessage `json:"payload" doc:"What is said, byte for byte."`
}

// Attempt is one request to the endpoint.
type Attempt struct {
	At      time.Time `json:"at"`
	Took    int64     `json:"took_ms"`
	Status  int       `json:"status,omitempty"`
	Request string    `json:"request,omitempty"`
	Answer  string    `json:"answer,omitempty" doc:"How the answer began."`
	Problem string    `json:"problem,omitempty"`
}

type deliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
	Next       string     `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type deliveryQuery struct {
	State string `query:"state" enum:"due,delivered,failed" doc:"Only those."`
	paging
}

// Sent is what was owed.
type Sent struct {
	Message string `json:"message_id,omitempty"`
	Count   int    `json:"count" doc:"How many messages are owed again."`
}

// Since says which failed deliveries are sent again.
type Since struct {
	Since time.Time `json:"since" doc:"Those that were given up then or later."`
}

func (a *API) deliveryDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: oneEndpoint + "/deliveries", Scope: apikey.WebhooksRead, Name: "listDeliveries", Summary: "List deliveries",
			Text: "What an endpoint was and will be sent, the newest first.", Query: deliveryQuery{}, Status: http.StatusOK, Out: deliveryList{}, handle: a.listDeliveries},
		{Method: http.MethodPost, Path: oneEndpoint + "/deliveries/{delivery}/resend", Scope: apikey.WebhooksWrite, Name: "resendDelivery", Summary: "Send one again",
			Text: "It keeps its message, and so its webhook-id.", Status: http.StatusAccepted, Out: Sent{}, handle: a.resendDelivery},
		{Method: http.MethodPost, Path: oneEndpoint + "/resend", Scope: apikey.WebhooksWrite, Name: "resendFailed", Summary: "Send all again that failed",
			In: Since{}, Status: http.StatusAccepted, Out: Sent{}, handle: a.resendFailed},
		{Method: http.MethodPost, Path: oneEndpoint + "/test", Scope: apikey.WebhooksWrite, Name: "testEndpoint", Summary: "Send a test message",
			Status: http.StatusAccepted, Out: Sent{}, handle: a.testEndpoint},
	}
}

func (a *API) listDeliveries(r *http.Request, c Caller) (any, error) {
	var q deliveryQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	after, err := a.after(r, c, q.Cursor)
	if err != nil {
		return nil, err
	}
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	logs, err := a.o.Deliveries.DeliveryPage(r.Context(), e.ID, delivery.Query{State: delivery.State(q.State), After: delivery.ID(after), Limit: q.size() + 1})
	if err != nil {
		return nil, err
	}
	out := deliveryList{Deliveries: []Delivery{}}
	for i, l := range logs {
		if i == q.size() {
			out.Next = a.next(r, c, string(logs[i-1].ID))
			break
		}
		out.Deliveries = append(out.Deliveries, deliveryOf(l))
	}
	return out, nil
}

func deliveryOf(l delivery.Log) Delivery {
	out := Delivery{ID: string(l.ID), Message: string(l.Message.ID), Type: string(l.Message.Type), State: string(l.State), Status: l.Status, Problem: l.Problem,
		Created: l.Created.UTC(), Ended: l.Ended.UTC(), Attempts: make([]Attempt, len(l.Attempts)), Payload: l.Message.Payload}
	if !l.Message.Account.IsZero() {
		out.Account = l.Message.Account.String()
	}
	if l.State == delivery.Due {
		out.Due = l.Due.UTC()
	}
	for i, t := range l.Attempts {
		out.Attempts[i] = Attempt{t.At.UTC(), t.Took.Milliseconds(), t.Status, t.Request, t.Answer, t.Problem}
	}
	return out
}

func (a *API) resendDelivery(r *http.Request, c Caller) (any, error) {
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	return Sent{Count: 1}, a.o.Deliveries.ResendOf(r.Context(), e.ID, delivery.ID(r.PathValue("delivery")))
}

func (a *API) resendFailed(r *http.Request, c Caller) (any, error) {
	var in Since
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Since.IsZero() {
		return nil, fault.New(fault.Invalid, "Please correct what is named.").Field("since", "This is needed.")
	}
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	n, err := a.o.Deliveries.ResendFailed(r.Context(), e.ID, in.Since)
	return Sent{Count: n}, err
}

func (a *API) testEndpoint(r *http.Request, c Caller) (any, error) {
	e, err := a.endpoint(r, c)
	if err != nil {
		return nil, err
	}
	id, err := a.o.Deliveries.TestEndpoint(r.Context(), e.ID)
	return Sent{Message: string(id), Count: 1}, err
}
