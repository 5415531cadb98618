package portal

import (
	"net/http"

	"portico/portal/session"
)

// Connections are the handlers of the pages where systems are connected.
type Connections struct {
	List, Gallery           session.Page
	Form, Check             session.Page
	Preview, Connect, Again session.Page
	Show, Runs              session.Page
	Pause, ReadOnly, Pull   session.Page
	Reread, Confirm         session.Page
	Settings, Revise        session.Page
	Statuses, Status        session.Page
	Companies, Match        session.Page
	Unmatch, Repair         session.Page
	ConsentBack             session.Page // where systems send people back to
	ConsentChoose           session.Page
	ConsentAgain            session.Page
	Hooks, HookSecret       session.Page
	DryRun, DryRunShow      session.Page // what an action would send
	WordsFile, WordsLook    session.Page // a dictionary as a file
	WordsTake               session.Page
	Fields                  Fields
	AskRemoval, Remove      session.Page
}

// Fields are the handlers of the page about custom fields.
type Fields struct{ List, Show, Ask session.Page }

// connectionDoors are for administrators: nobody else touches a credential.
func connectionDoors(p Connections) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/admin/connections", admin, p.List},
		{get, "/admin/connections/new", admin, p.Gallery},
		{get, "/admin/connections/new/{id}", admin, p.Form},
		{post, "/admin/connections/new/{id}", admin, p.Check},
		{post, "/admin/connections/new/{id}/preview", admin, p.Preview},
		{post, "/admin/connections/new/{id}/connect", admin, p.Connect},
		// What these answer has the address that was posted to: loading it anew begins again.
		{get, "/admin/connections/new/{id}/preview", admin, p.Again},
		{get, "/admin/connections/new/{id}/connect", admin, p.Again},
		{get, "/admin/connections/consent", admin, p.ConsentBack},
		{post, "/admin/connections/consent", admin, p.ConsentChoose},
		{get, "/admin/connections/{id}", admin, p.Show},
		{get, "/admin/connections/{id}/runs", admin, p.Runs},
		{post, "/admin/connections/{id}/consent", admin, p.ConsentAgain},
		{post, "/admin/connections/{id}/pause", admin, p.Pause},
		{post, "/admin/connections/{id}/readonly", admin, p.ReadOnly},
		{post, "/admin/connections/{id}/pull", admin, p.Pull},
		{post, "/admin/connections/{id}/reread", admin, p.Reread},
		{post, "/admin/connections/{id}/confirm", admin, p.Confirm},
		{get, "/admin/connections/{id}/settings", admin, p.Settings},
		{post, "/admin/connections/{id}/settings", admin, p.Revise},
		{get, "/admin/connections/{id}/remove", admin, p.AskRemoval},
		{post, "/admin/connections/{id}/remove", admin, p.Remove},
		{get, "/admin/connections/{id}/hooks", admin, p.Hooks},
		{post, "/admin/connections/{id}/hooks", admin, p.HookSecret},
		{get, "/admin/connections/{id}/dry-run", admin, p.DryRun},
		{post, "/admin/connections/{id}/dry-run", admin, p.DryRunShow},
		{get, "/admin/connections/{id}/statuses", admin, p.Statuses},
		{post, "/admin/connections/{id}/statuses", admin, p.Status},
		{get, "/admin/connections/{id}/statuses/file", admin, p.WordsFile},
		{post, "/admin/connections/{id}/statuses/import", admin, p.WordsLook},
		{post, "/admin/connections/{id}/statuses/take", admin, p.WordsTake},
		{get, "/admin/connections/{id}/fields", admin, p.Fields.List},
		{post, "/admin/connections/{id}/fields", admin, p.Fields.Show},
		{post, "/admin/connections/{id}/fields/read", admin, p.Fields.Ask},
		{get, "/admin/connections/{id}/companies", admin, p.Companies},
		{post, "/admin/connections/{id}/companies", admin, p.Match},
		{post, "/admin/connections/{id}/companies/unmatch", admin, p.Unmatch},
		{get, "/admin/connections/{id}/companies/repair", admin, p.Repair},
	}
}
