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
	Account       session.Page // everything about one of them
	Look          session.Page // starts to look as a member
	LookEnd       session.Personal
}

func (p StaffPages) doors() []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/staff", staff, p.List},
		{get, "/staff/queue", staff, p.Queue},
		{get, "/staff/queue/nudge", staff, p.NudgesPreview},
		{post, "/staff/queue/nudge", staff, p.Nudge},
		{get, "/staff/accounts/{account}", byStaff, p.Account},
		{post, "/staff/accounts/{account}/look", byStaff, p.Look},
		// A look that was refused has the address that it was asked at.
		{get, "/staff/accounts/{account}/look", byStaff, p.Account},
		{post, "/staff/look/end", leaving, p.LookEnd},
	}
}
