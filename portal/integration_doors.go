package portal

import (
	"net/http"

	"portico/portal/api"
	"portico/portal/session"
)

// Integration are the handlers of what other programs use: keys, the API, webhooks.
type Integration struct {
	Keys         session.Page
	KeyForm      session.Page
	KeyCreate    session.Page
	KeyAskRevoke session.Page
	KeyRevoke    session.Page
	Guide        session.Page // how the API is used
}

func integrationDoors(p Integration) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/admin/api-keys", admin, p.Keys},
		{post, "/admin/api-keys", admin, p.KeyCreate},
		{get, "/admin/api-keys/new", admin, p.KeyForm},
		{get, "/admin/api-keys/{key}/revoke", admin, p.KeyAskRevoke},
		{post, "/admin/api-keys/{key}/revoke", admin, p.KeyRevoke},
		{get, "/admin/api", admin, p.Guide},
	}
}

// apiDoors are those of the API: it has a table of its own, of which its document
// is made.
func apiDoors(a *api.API) []door {
	if a == nil {
		return nil
	}
	doors := []door{{http.MethodGet, api.Prefix + "/openapi.json", public, session.Open(a.Document)}}
	for _, d := range a.Doors() {
		doors = append(doors, door{d.Method, api.Prefix + d.Path, policy{who: withKey + string(d.Scope)}, session.Open(a.Handler(d))})
	}
	return doors
}
