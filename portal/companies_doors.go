package portal

import (
	"net/http"

	"portico/portal/session"
)

// Companies are the handlers of the pages that say which company is which account.
type Companies struct {
	List, Confirm   session.Page
	Accounts        session.Page
	Merge, MergeNow session.Page
	Split, SplitNow session.Page
}

// companyDoors are for administrators: a match decides what a client sees.
func companyDoors(p Companies) []door {
	return []door{
		{http.MethodGet, "/admin/companies", admin, p.List},
		{http.MethodPost, "/admin/companies", admin, p.Confirm},
		{http.MethodGet, "/admin/companies/accounts", admin, p.Accounts},
		{http.MethodGet, "/admin/companies/merge", admin, p.Merge},
		{http.MethodPost, "/admin/companies/merge", admin, p.MergeNow},
		{http.MethodGet, "/admin/companies/split", admin, p.Split},
		{http.MethodPost, "/admin/companies/split", admin, p.SplitNow},
	}
}
