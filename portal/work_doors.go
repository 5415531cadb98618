package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/sync/record"
)

// Work are the handlers of what is agreed, planned and delivered beside requests.
type Work struct {
	Calendar, Event  session.Page
	EventAcknowledge session.Page
	// One's own calendar feed: its page, another address for it, its end, and what is
	// read at the address.
	Subscription, Subscribe, Unsubscribe session.Page
	Feed                                 session.Open
	Contracts, Contract                  session.Page
	Projects, Project                    session.Page
	Documents, Document                  session.Page
	DocumentUpload                       session.Page
}

// doors lists them. The calendar is for whoever sees anything that it shows; the
// store says who does.
func (w Work) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/a/{account}/calendar", inAccount, w.Calendar},
		{get, "/a/{account}/calendar/subscribe", inAccount, w.Subscription},
		{post, "/a/{account}/calendar/subscribe", inAccount, w.Subscribe},
		{post, "/a/{account}/calendar/unsubscribe", inAccount, w.Unsubscribe},
		// Public: the address proves whose calendar it is.
		{get, "/feeds/{token}.ics", public, w.Feed},
		{get, "/a/{account}/calendar/{id}", sees(record.KindEvent), w.Event},
		// A form that comes back with what is wrong has the address that it was posted
		// to: reading that anew shows the event.
		{get, "/a/{account}/calendar/{id}/acknowledge", sees(record.KindEvent), w.Event},
		{post, "/a/{account}/calendar/{id}/acknowledge", acts(record.KindEvent), w.EventAcknowledge},
		{get, "/a/{account}/contracts", sees(record.KindContract), w.Contracts},
		{get, "/a/{account}/contracts/{id}", sees(record.KindContract), w.Contract},
		{get, "/a/{account}/projects", sees(record.KindProject), w.Projects},
		{get, "/a/{account}/projects/{id}", sees(record.KindProject), w.Project},
		{get, "/a/{account}/documents", sees(record.KindDocument), w.Documents},
		{post, "/a/{account}/documents", acts(record.KindDocument), w.DocumentUpload},
		{get, "/a/{account}/documents/{id}", sees(record.KindDocument), w.Document},
	}
}
