package session

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Peer returns the address of the client. A forwarded address is believed only
// when the peer is a configured proxy, and then the last one that is not itself
// a proxy counts: whatever stands before it the client may have written.
// It returns the zero Addr when the peer has no address.
func (g *Gate) Peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	peer := ap.Addr().Unmap()
	if !g.isProxy(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			return peer
		}
		if !g.isProxy(hop) {
			return hop
		}
		peer = hop
	}
	return peer
}

func (g *Gate) isProxy(a netip.Addr) bool {
	for _, p := range g.o.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parseHop reads one element of X-Forwarded-For, with or without a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap(), true
	}
	ap, err := netip.ParseAddrPort(s)
	return ap.Addr().Unmap(), err == nil
}

// Direct reports whether the client itself is on this machine and asked for it
// by a loopback name. The name matters: a website can point its own name at
// 127.0.0.1 and so make a visitor's browser come from here.
func (g *Gate) Direct(r *http.Request) bool {
	name := (&url.URL{Host: r.Host}).Hostname()
	a, err := netip.ParseAddr(name)
	named := name == "localhost" || (err == nil && a.IsLoopback())
	return named && g.Peer(r).IsLoopback()
}
