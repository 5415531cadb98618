package requesttracker

import (
	"net/http"
	"regexp"
)

// do carries out one request; values are what the path names.
type do func(c *call, values []string) answer

// route is a path and what each method does there.
type route struct {
	path    *regexp.Regexp
	methods map[string]do
	search  bool // POST asks a long question and changes nothing
}

// table lists every path, first match wins.
func table() []route {
	var out []route
	add := func(path string, methods map[string]do) {
		out = append(out, route{path: regexp.MustCompile("^" + Base + path + "$"), methods: methods})
	}
	read := func(d do) map[string]do { return map[string]do{http.MethodGet: d} }
	search := func(path string, d do) {
		add(path, map[string]do{http.MethodGet: d, http.MethodPost: d})
		out[len(out)-1].search = true
	}

	add("/rt", read((*call).version))
	search("/tickets", (*call).tickets)
	add("/ticket", map[string]do{http.MethodPost: (*call).createTicket})
	add(`/ticket/(\d+)`, map[string]do{
		http.MethodGet: (*call).ticket, http.MethodPut: (*call).updateTicket,
		http.MethodPost: (*call).exists, http.MethodDelete: (*call).deleteTicket,
	})
	add(`/ticket/(\d+)/(correspond|comment)`, map[string]do{http.MethodPost: (*call).message})
	add(`/(ticket|asset)/(\d+)/history`, read((*call).objectHistory))
	add(`/ticket/(\d+)/attachments`, read((*call).ticketAttachments))
	search("/transactions", (*call).transactions)
	add(`/transaction/(\d+)`, read((*call).transaction))
	add(`/transaction/(\d+)/attachments`, read((*call).transactionAttachments))
	search("/attachments", (*call).attachments)
	add(`/attachment/(\d+)`, read((*call).attachment))
	search("/assets", (*call).assets)
	add("/asset", map[string]do{http.MethodPost: (*call).createAsset})
	add(`/asset/(\d+)`, map[string]do{
		http.MethodGet: (*call).asset, http.MethodPut: (*call).updateAsset, http.MethodPost: (*call).exists,
	})
	search("/users", (*call).users)
	add("/user/([^/]+)", read((*call).userByName))
	search("/queues", (*call).queues)
	add("/queues/all", read((*call).allQueues))
	add("/queue/([^/]+)", read((*call).queue))
	add("/catalogs/all", read((*call).catalogs))
	search("/customfields", (*call).customFields)
	add(`/customfield/(\d+)`, read((*call).customField))
	return out
}

// route finds what a path answers to, or nil.
func (f *Fake) route(r *http.Request) (*route, []string) {
	for i := range f.routes {
		if m := f.routes[i].path.FindStringSubmatch(r.URL.Path); m != nil {
			return &f.routes[i], m[1:]
		}
	}
	return nil, nil
}

// exists refuses to create what is there.
func (c *call) exists([]string) answer {
	return refuse(http.StatusConflict, "Resource already exists; use PUT to update")
}

// version says what this is, and that it is a fake.
func (c *call) version([]string) answer {
	return answer{Body: fields{"Version": "5.0.3+portico-fake"}}
}
