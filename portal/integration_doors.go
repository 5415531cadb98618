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

	Webhooks Webhooks
	Held     Held
}

// Held are the handlers of what did not get through.
type Held struct{ List, Show, Retry, Amend, Discard session.Page }

// Webhooks are the handlers of who is told what happens. Asking before something is
// replaced or removed is a page of its own.
type Webhooks struct {
	List, Form, Create, Show, Edit, Change, Switch, Test session.Page
	AskRotate, Rotate, AskRemove, Remove                 session.Page
	Resend, ResendFailed                                 session.Page
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

		{get, "/admin/webhooks", admin, p.Webhooks.List},
		{post, "/admin/webhooks", admin, p.Webhooks.Create},
		{get, "/admin/webhooks/new", admin, p.Webhooks.Form},
		{get, "/admin/webhooks/{endpoint}", admin, p.Webhooks.Show},
		{get, "/admin/webhooks/{endpoint}/edit", admin, p.Webhooks.Edit},
		{post, "/admin/webhooks/{endpoint}/edit", admin, p.Webhooks.Change},
		{post, "/admin/webhooks/{endpoint}/switch", admin, p.Webhooks.Switch},
		{post, "/admin/webhooks/{endpoint}/test", admin, p.Webhooks.Test},
		{get, "/admin/webhooks/{endpoint}/rotate", admin, p.Webhooks.AskRotate},
		{post, "/admin/webhooks/{endpoint}/rotate", admin, p.Webhooks.Rotate},
		{get, "/admin/webhooks/{endpoint}/remove", admin, p.Webhooks.AskRemove},
		{post, "/admin/webhooks/{endpoint}/remove", admin, p.Webhooks.Remove},
		{post, "/admin/webhooks/{endpoint}/resend", admin, p.Webhooks.Resend},
		{post, "/admin/webhooks/{endpoint}/resend-failed", admin, p.Webhooks.ResendFailed},

		{get, "/admin/actions", admin, p.Held.List},
		{get, "/admin/actions/{action}", admin, p.Held.Show},
		{post, "/admin/actions/{action}/retry", admin, p.Held.Retry},
		{post, "/admin/actions/{action}/amend", admin, p.Held.Amend},
		{post, "/admin/actions/{action}/discard", admin, p.Held.Discard},
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
