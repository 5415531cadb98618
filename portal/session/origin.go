package session

import (
	"net/http"

	"portico/sync/fault"
)

// trust prepares the cross-origin check. The public origin is trusted by name,
// because a proxy that rewrites Host would make browsers without Sec-Fetch-Site
// look foreign.
func (g *Gate) trust() error {
	c := http.NewCrossOriginProtection()
	if err := c.AddTrustedOrigin(g.o.BaseURL.Scheme + "://" + g.o.BaseURL.Host); err != nil {
		return fault.Wrap(fault.Setup, "trust the public origin", err)
	}
	g.origin = c
	return nil
}

// SameOrigin refuses what another site makes a browser send, on every address,
// known or not (net/http.CrossOriginProtection).
func (g *Gate) SameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := g.origin.Check(r); err != nil {
			g.Fail(w, r, fault.New(fault.Forbidden, "This was sent from another website, so it was not carried out. Open the portal itself and try again.").
				Because("check the origin", err))
			return
		}
		next.ServeHTTP(w, r)
	})
}
