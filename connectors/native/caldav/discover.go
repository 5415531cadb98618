package caldav

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/connectors/rest"
	"portico/sync/fault"
)

// calendar is one that the user can see.
type calendar struct {
	href string // canonical, ends in "/"
	path string // below the home, or the whole path of one elsewhere
	name string
	ctag string
	// What the server says that it and the user can do.
	sync     bool // sync-collection
	events   bool // may hold VEVENT
	readable bool
	writable bool
}

// place is where the calendars of the user are.
type place struct {
	home      string // canonical
	principal string // what the user is called, or ""
	calendars []calendar
}

const (
	whoProps  = `<d:current-user-principal/><c:calendar-home-set/><d:resourcetype/><d:displayname/>`
	listProps = `<d:displayname/><d:resourcetype/><s:getctag/><d:sync-token/><d:supported-report-set/><d:current-user-privilege-set/><c:supported-calendar-component-set/>`
)

// find goes from the address given to the list of calendars: by the principal
// (RFC 5397) and its home (RFC 4791, section 6.2.1), through .well-known when the
// address is only that of a host (RFC 6764).
func (s *session) find(ctx context.Context) (place, error) {
	u, err := url.Parse(s.url)
	if err != nil {
		return place{}, fault.Wrap(fault.Setup, "parse address", err)
	}
	at := s.canonical(strings.TrimRight(u.EscapedPath(), "/") + "/")
	first, err := s.who(ctx, at)
	if bare := strings.Trim(u.Path, "/") == ""; bare && (err != nil && !fault.Retryable(err) && !fault.Is(err, fault.Unauthenticated) || err == nil && !first.leads()) {
		if to := s.wellKnown(ctx); to != "" {
			at = to
			first, err = s.who(ctx, at)
		}
	}
	if err != nil {
		return place{}, err
	}
	out := place{home: at, principal: first.Name}
	if home := one(first.Home); home != "" && !first.Type.has("calendar") {
		out.home = s.canonical(home)
	} else if who := one(first.Principal); who != "" && !first.Type.has("calendar") {
		mine, err := s.who(ctx, s.canonical(who))
		if err != nil {
			return out, fault.At("read the user", err)
		}
		if out.principal = mine.Name; one(mine.Home) != "" {
			out.home = s.canonical(one(mine.Home))
		}
	}
	out.home = strings.TrimRight(out.home, "/") + "/"
	out.calendars, err = s.list(ctx, out.home)
	return out, err
}

func one(h hrefs) string {
	if len(h.Href) == 0 {
		return ""
	}
	return strings.TrimSpace(h.Href[0])
}

// leads reports whether an address tells where the calendars are, or has one.
func (p prop) leads() bool {
	return one(p.Home) != "" || one(p.Principal) != "" || p.Type.has("calendar")
}

func (s *session) who(ctx context.Context, href string) (prop, error) {
	ms, _, err := s.do(ctx, "PROPFIND", href, "0", propfind(whoProps))
	if err != nil {
		return prop{}, err
	}
	if len(ms.Responses) != 1 {
		return prop{}, broken(errNotOne)
	}
	p, _ := ms.Responses[0].found()
	return p, nil
}

// wellKnown returns where the host says its CalDAV is, or "".
func (s *session) wellKnown(ctx context.Context) string {
	resp, _ := s.client.Do(ctx, rest.Request{Method: http.MethodGet, URL: "/.well-known/caldav"}) // a redirect is an error elsewhere
	if resp == nil || resp.Status < 300 || resp.Status > 399 {
		return ""
	}
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || to.Host != "" && to.Scheme+"://"+to.Host != s.origin || to.Path == "" {
		return "" // the password is for this host
	}
	return s.canonical(strings.TrimRight(to.EscapedPath(), "/") + "/")
}

// list reads the calendars at an address, sorted by it.
func (s *session) list(ctx context.Context, home string) ([]calendar, error) {
	ms, _, err := s.do(ctx, "PROPFIND", home, "1", propfind(listProps))
	if err != nil {
		return nil, fault.At("list calendars", err)
	}
	var out []calendar
	for _, r := range ms.Responses {
		p, ok := r.found()
		if !ok || !p.Type.has("calendar") {
			continue
		}
		c := calendar{href: strings.TrimRight(s.canonical(r.href()), "/") + "/", name: strings.TrimSpace(p.Name), ctag: strings.TrimSpace(p.CTag)}
		c.path = strings.TrimPrefix(c.href, home)
		if c.path == "" {
			c.path = "./" // the address is that of the calendar
		}
		if c.name == "" {
			c.name = strings.Trim(c.path, "/")
		}
		c.events = len(p.Components) == 0 || slices.ContainsFunc(p.Components, func(r compRef) bool { return strings.EqualFold(r.Name, "VEVENT") })
		c.sync = slices.ContainsFunc(p.Reports, func(r report) bool { return r.Report.has("sync-collection") })
		c.may(p.Privileges)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b calendar) int { return strings.Compare(a.path, b.path) })
	return out, nil
}

// may reads the rights of the user (RFC 3744). Of who does not tell, the best is
// believed: a request will show.
func (c *calendar) may(list []kinds) {
	if len(list) == 0 {
		c.readable, c.writable = true, true
		return
	}
	for _, p := range list {
		c.readable = c.readable || p.has("read") || p.has("all")
		c.writable = c.writable || p.has("write") || p.has("write-content") || p.has("all")
	}
}

// chosen picks the calendars that the settings name. One that is not there stops
// everything: without it the others would look like all there is.
func (s *session) chosen(p place) ([]calendar, error) {
	var out []calendar
	for _, c := range p.calendars {
		if c.events && c.readable && (len(s.calendars) == 0 || c.in(s.calendars)) {
			out = append(out, c)
		}
	}
	for _, name := range s.calendars {
		if !slices.ContainsFunc(out, func(c calendar) bool { return c.in([]string{name}) }) {
			return nil, fault.Newf(fault.Setup, "User %s sees no calendar called %q. It sees: %s.", s.user, name, listed(p.calendars)).
				Field("calendars", "There is no such calendar.")
		}
	}
	if len(out) == 0 {
		return nil, fault.Newf(fault.Setup, "User %s sees no calendar at this address; share one with it.", s.user)
	}
	return out, nil
}

// in reports whether one of the names is that of the calendar, or of its folder.
func (c calendar) in(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return strings.EqualFold(n, c.name) || strings.EqualFold(strings.Trim(n, "/"), strings.Trim(c.path, "/"))
	})
}

func listed(list []calendar) string {
	var names []string
	for _, c := range list {
		if c.events {
			names = append(names, c.name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
