package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/portal/signin"
	"portico/portal/tour"
)

// demonstration lists the doors that only the demonstration has.
func demonstration(t *tour.Pages, d *signin.Doors) []door {
	doors := []door{
		{http.MethodGet, "/demo", demo, session.Open(d.Demo)},
		{http.MethodPost, "/demo", demo, session.Open(d.DemoSignIn)},
	}
	if t == nil {
		return doors
	}
	return append(doors, []door{
		{http.MethodGet, tour.Path, demo, session.Open(t.Show)},
		{http.MethodPost, tour.Path, demo, session.Open(t.Do)},
		{http.MethodPost, "/demo/reset", demo, session.Open(t.Reset)},
		{http.MethodGet, tour.MailsPath, demo, session.Open(t.Mails)},
		{http.MethodGet, tour.MailsPath + "/{mail}", demo, session.Open(t.Mail)},
	}...)
}
