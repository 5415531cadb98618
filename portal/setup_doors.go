package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/portal/setup"
)

// setupDoors are the doors of the first run; none without it.
func setupDoors(s *setup.Pages) []door {
	if s == nil {
		return nil
	}
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/setup", public, session.Open(s.Token)}, // public: the token of the console is the proof
		{post, "/setup", public, session.Open(s.TakeToken)},
		{get, "/setup/look", public, session.Open(s.Look)},
		{post, "/setup/look", public, session.Open(s.SaveLook)},
		{get, "/setup/administrator", public, session.Open(s.Administrator)},
		{post, "/setup/administrator", public, session.Open(s.MakeAdministrator)},
		{get, setup.NextPath, admin, session.Page(s.Welcome)},
	}
}
