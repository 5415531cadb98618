package portal

import (
	"net/http"

	"portico/portal/session"
)

// StaffPages are the pages of the provider's people.
type StaffPages struct {
	List          session.Page // the accounts
	Queue         session.Page
	NudgesPreview session.Page
	Nudge         session.Page
}

func (p StaffPages) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/staff", staff, p.List},
		{get, "/staff/queue", staff, p.Queue},
		{get, "/staff/queue/nudge", staff, p.NudgesPreview},
		{post, "/staff/queue/nudge", staff, p.Nudge},
	}
}
