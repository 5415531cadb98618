package session

import (
	"net/http"
	"net/url"
	"strings"
)

// maxNext is the longest address, in bytes, that a sign-in leads back to.
const maxNext = 2000

// Local returns where to go after a sign-in when that is a path of this portal,
// and "" for everything else: other hosts, other schemes, addresses that
// browsers read differently from us, and the doors of the sign-in itself.
func Local(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return ""
	}
	if strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r > 0x7f }) {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return ""
	}
	for _, door := range []string{"/signin", "/signout", "/forgot", "/reset", "/demo", "/confirm", "/setup"} {
		if u.Path == door || strings.HasPrefix(u.Path, door+"/") {
			return ""
		}
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

func (g *Gate) returnTo(r *http.Request) string {
	if r.Header.Get("HX-Request") == "true" {
		return g.ownPath(r, r.Header.Get("HX-Current-URL"))
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
	}
	if page := g.ownPath(r, r.Referer()); page != "" {
		return page
	}
	if id := r.PathValue("account"); id != "" {
		return "/a/" + url.PathEscape(id) + "/"
	}
	return ""
}

// ownPath returns the path and query of an address on this portal, or "".
func (g *Gate) ownPath(r *http.Request, address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Host != r.Host && u.Host != g.o.BaseURL.Host) {
		return ""
	}
	return u.RequestURI()
}
