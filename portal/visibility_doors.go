package portal

import (
	"net/http"

	"portico/portal/session"
)

// VisibilityPages are where administrators say what clients do not see.
type VisibilityPages struct{ Show, Preview, Change, Why session.Page }

func (p VisibilityPages) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/admin/visibility", admin, p.Show},
		{post, "/admin/visibility", admin, p.Change},
		{get, "/admin/visibility/preview", admin, p.Preview},
		{get, "/admin/visibility/why", admin, p.Why},
	}
}
