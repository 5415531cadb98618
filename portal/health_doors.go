package portal

import (
	"net/http"

	"portico/portal/session"
)

// Health are the handlers of the page that says how this Portico does.
type Health struct{ Show, Check session.Page }

func (p Health) doors() []door {
	return []door{
		{http.MethodGet, "/admin/health", admin, p.Show},
		{http.MethodPost, "/admin/health", admin, p.Check},
	}
}
