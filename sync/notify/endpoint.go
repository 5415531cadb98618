package notify

import (
	"context"
	"fmt"
	"net/url"

	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/notice"
)

// Endpoints is what mails about webhooks are about.
type Endpoints interface {
	// OffEndpoint returns an endpoint that a person is to hear of, as it is now;
	// fault.NotFound when it is on again or they no longer look after it.
	OffEndpoint(ctx context.Context, user string, id delivery.EndpointID) (delivery.Endpoint, error)
}

// What mails about webhooks say, in English.
const (
	wordOff       = "A webhook was switched off: %s"
	wordOffLead   = "Portico has stopped telling %s what happens, because of its answers:"
	wordOffKept   = "What was due to it when it went off is kept and sent when you switch it on again. What happens meanwhile is not told."
	wordOffButton = "Look at the deliveries"
	wordOffWhy    = "You get this because you administer the portal of %s."
)

// endpoint writes the mail about an endpoint that was switched off by its answers.
// The subject names its host only: the path of a webhook may be a secret.
func (w *Worker) endpoint(ctx context.Context, m notice.Mail) (l letter, say bool, err error) {
	if len(m.Topics) != 1 || w.o.Endpoints == nil {
		return l, false, nil
	}
	e, err := w.o.Endpoints.OffEndpoint(ctx, m.To.ID, delivery.EndpointID(m.Topics[0].Entry))
	if fault.Is(err, fault.NotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	host := e.URL
	if u, err := url.Parse(e.URL); err == nil {
		host = u.Host
	}
	name := oneLine(host)
	if e.Description != "" {
		name = oneLine(e.Description) + " (" + name + ")"
	}
	l.subject = fmt.Sprintf(wordOff, short(name, longest))
	l.sheet.Hello = hello(m.To.Name)
	l.sheet.Lead = []string{fmt.Sprintf(wordOffLead, name), e.Why}
	l.sheet.Button = link{wordOffButton, w.o.BaseURL + "/admin/webhooks/" + string(e.ID)}
	l.sheet.Notes = []string{wordOffKept}
	l.sheet.Why = fmt.Sprintf(wordOffWhy, w.o.Mailer.look(ctx).Provider)
	return l, true, nil
}
