package portal

import (
	"net/http"

	"portico/portal/session"
)

// Companies are the handlers of the pages that say which company is which account.
type Companies struct {
	List, Confirm session.Page
}

// companyDoors are for administrators: a match decides what a client sees.
func companyDoors(p Companies) []door {
	return []door{
		{http.MethodGet, "/admin/companies", admin, p.List},
		{http.MethodPost, "/admin/companies", admin, p.Confirm},
	}
}
