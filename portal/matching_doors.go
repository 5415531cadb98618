package portal

import (
	"net/http"

	"portico/portal/session"
)

// Matching are the handlers of the pages that say what is the same across systems,
// and what leads from a copy to what it is a copy of.
type Matching struct {
	List, Show, Name, End, Sure, Say session.Page

	StandsFor StandsFor
}

// matchingDoors are for administrators: what they decide, every client sees.
func matchingDoors(p Matching) []door {
	const get, post, pair = http.MethodGet, http.MethodPost, "/admin/matching/{kind}/{authority}/{other}"
	return []door{
		{get, "/admin/matching", admin, p.List},
		{get, pair, admin, p.Show},
		{post, pair, admin, p.Name},
		{post, pair + "/end", admin, p.End},
		{post, pair + "/sure", admin, p.Sure},
		{post, pair + "/decide", admin, p.Say},
		// A form that comes back with what is wrong has the address that it was posted to.
		{get, pair + "/{form:sure|decide}", admin, p.Show},
	}
}
