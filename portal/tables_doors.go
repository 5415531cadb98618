package portal

import (
	"net/http"

	"portico/portal/session"
)

// Tables are the handlers of the pages where the columns of files are explained.
type Tables struct{ List, Table, Explain session.Page }

// doors are for administrators: the pages show rows of every client.
func (p Tables) doors() []door {
	return []door{
		{http.MethodGet, "/admin/connections/{id}/files", admin, p.List},
		{http.MethodGet, "/admin/connections/{id}/files/{table}", admin, p.Table},
		{http.MethodPost, "/admin/connections/{id}/files/{table}", admin, p.Explain},
	}
}
