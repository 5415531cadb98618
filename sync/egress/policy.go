package egress

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"

	"portico/sync/fault"
)

// Policy says which addresses may be reached. The zero value allows public
// addresses on the ports of the web.
type Policy struct {
	confirmed []string // host:port, normalized
	anyPort   bool
}

// Public allows public addresses on ports 80 and 443, and beside them exactly
// the host:port pairs given, which the operator has set in the configuration.
func Public(allowed ...string) (Policy, error) {
	var p Policy
	for _, target := range allowed {
		key, err := normalize(target)
		if err != nil {
			return Policy{}, err
		}
		p.confirmed = append(p.confirmed, key)
	}
	return p, nil
}

// Connection allows public addresses on any port, and a private one at exactly
// the host:port that an administrator confirmed; "" confirms none.
func Connection(allowPrivate string) (Policy, error) {
	if allowPrivate == "" {
		return Policy{anyPort: true}, nil
	}
	p, err := Public(allowPrivate)
	p.anyPort = true
	return p, err
}

// Confirmable is the field of a refusal (fault.Fields) that names the host:port which
// an administrator may confirm.
const Confirmable = "allow_private"

// Control judges the addresses of one dial to target ("host:port" as asked for);
// it fits net.Dialer.Control, which calls it after the name was resolved.
func (p Policy) Control(target string) func(network, address string, _ syscall.RawConn) error {
	key, err := normalize(target)
	confirmed := err == nil && slices.Contains(p.confirmed, key)
	return func(network, address string, _ syscall.RawConn) error {
		if network != "tcp4" && network != "tcp6" {
			return fault.Newf(fault.Setup, "Portico connects by TCP only, not by %s.", network)
		}
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fault.Wrap(fault.Setup, "read the address "+address, err)
		}
		return p.judge(target, to.Addr().Unmap(), to.Port(), confirmed)
	}
}

func (p Policy) judge(target string, addr netip.Addr, port uint16, confirmed bool) error {
	switch {
	case within(never, addr):
		return forbidden(target, addr)
	case within(private, addr) && confirmed:
		return nil
	case within(private, addr) && p.anyPort:
		return fault.Newf(fault.Setup, "%s is a private address; confirm %s for this connection if that system is meant.", addr, target).
			Field(Confirmable, target)
	case within(private, addr):
		return fault.Newf(fault.Setup, "%s is a private address; use a public one, or add %s to the configuration's allow-list.", addr, target)
	}
	if err := public.SafeAddr(addr); err != nil {
		return forbidden(target, addr)
	}
	if !p.anyPort && !confirmed && port != 80 && port != 443 {
		return fault.Newf(fault.Setup, "Port %d is not one of the web (80, 443); add %s to the configuration's allow-list if it is meant.", port, target)
	}
	return nil
}

func forbidden(target string, addr netip.Addr) error {
	return fault.Newf(fault.Setup,
		"%s leads to %s, an address that belongs to the network itself and is never connected to; use the system's ordinary address.", target, addr)
}

func within(ranges []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Contains(addr) })
}

// normalize gives one spelling to a host:port.
func normalize(target string) (string, error) {
	bad := fault.Newf(fault.Setup, "%q is not a host and port, such as desk.example.com:443.", target)
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return "", bad
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", bad
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return net.JoinHostPort(addr.Unmap().String(), port), nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || strings.ContainsAny(host, "*/@ ") {
		return "", bad
	}
	return net.JoinHostPort(host, port), nil
}

// private are the ranges that an administrator may confirm: RFC 1918, RFC 4193
// and loopback.
var private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")

// never are addresses that nobody may confirm although they look private or
// public. Everything else that is not public is refused by the guardian.
var never = prefixes(
	"168.63.129.16/32", // Azure's host: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
	"fd00:ec2::/32",    // AWS metadata, DNS and time over IPv6: docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
	"fd20:ce::254/128", // Google Cloud metadata over IPv6: cloud.google.com/compute/docs/metadata/querying-metadata
	"64:ff9b::/96",     // NAT64 (RFC 6052): any IPv4 address in disguise
	"64:ff9b:1::/48",   // NAT64 for local use (RFC 8215)
	"100.64.0.0/10",    // carrier NAT (RFC 6598), and Alibaba's metadata in it
	"169.254.0.0/16",   // link-local (RFC 3927), and most clouds' metadata in it
	"fe80::/10",        // link-local (RFC 4291)
	"fec0::/10",        // site-local, deprecated (RFC 3879)
	"2001::/32",        // Teredo (RFC 4380): an IPv4 address in disguise
	"2002::/16",        // 6to4 (RFC 3056): likewise
	"3ffe::/16",        // 6bone, returned (RFC 3701)
)

// public refuses the special-purpose registries of IANA.
var public = ssrf.New(ssrf.WithAnyPort())

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(texts))
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Check looks a target ("host:port") up and judges every address that it leads to
// now, so that a person who types it hears at once what each dial would say. A
// name that cannot be looked up passes: it may be there later, and is judged then.
func (p Policy) Check(ctx context.Context, resolver *net.Resolver, target string) error {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return fault.Wrap(fault.Setup, "read "+target, err)
	}
	addrs := []netip.Addr{}
	if addr, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, addr)
	} else if addrs, err = resolver.LookupNetIP(ctx, "ip", host); err != nil {
		return nil
	}
	control := p.Control(target)
	for _, addr := range addrs {
		if err := control("tcp4", netip.AddrPortFrom(addr.Unmap().WithZone(""), portOf(port)).String(), nil); err != nil {
			return err
		}
	}
	return nil
}

func portOf(text string) uint16 {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}
