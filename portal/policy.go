package portal

import (
	"fmt"
	"net/http"
	"strings"

	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/record"
)

// policy says who may come through a door. The zero policy opens nothing.
type policy struct {
	who  string
	kind record.Kind
}

// The policies. An account policy also asks that the account in the path is one
// that the reader belongs to, or one that staff may look into.
var (
	public    = policy{who: "public"}
	demo      = policy{who: "demo"} // whoever sits at this machine
	signedIn  = policy{who: "signed in"}
	leaving   = policy{who: "signed in, or looking as somebody"}
	inAccount = policy{who: "account"}
	staff     = policy{who: "staff"}
	admin     = policy{who: "administrator"}
	// byStaff is an account that staff look into; its members find nothing there.
	byStaff = policy{who: "staff in account"}
	// invites is for who decides who is in the account: its owners, administrators.
	invites = policy{who: "invites into account"}
)

// withKey asks for an API key with the scope of the door; the API asks for it.
const withKey = "API key with "

// sees asks for an account and the right to read records of the kind.
func sees(k record.Kind) policy { return policy{"sees", k} }

// acts asks for an account and the right to act on records of the kind.
func acts(k record.Kind) policy { return policy{"acts on", k} }

func (p policy) String() string {
	if p.kind == "" {
		return p.who
	}
	return p.who + " " + string(p.kind)
}

// guard puts a door's handler behind its policy. The error names the door whose
// policy is not known or does not fit its handler.
func guard(g *session.Gate, d door) (http.Handler, error) {
	switch h := d.handler.(type) {
	case http.Handler:
		if d.policy == public {
			return h, nil
		}
	case session.Open:
		if h == nil {
			return nil, fmt.Errorf("%s %s has no handler", d.method, d.path)
		}
		switch {
		case d.policy == public, strings.HasPrefix(d.policy.who, withKey):
			return g.Public(h), nil
		case d.policy == demo:
			return g.Here(h), nil
		}
	case session.Personal:
		if h != nil && d.policy == signedIn {
			return g.SignedIn(h), nil
		}
		if h != nil && d.policy == leaving {
			return g.Leaving(h), nil
		}
	case session.Page:
		if h == nil {
			return nil, fmt.Errorf("%s %s has no handler", d.method, d.path)
		}
		return guardPage(g, d, h)
	case session.Stream:
		if h == nil {
			return nil, fmt.Errorf("%s %s has no handler", d.method, d.path)
		}
		if d.policy == inAccount {
			return g.AccountStream(nil, h), nil
		}
	}
	return nil, fmt.Errorf("%s %s: the policy %q does not fit its handler", d.method, d.path, d.policy)
}

func guardPage(g *session.Gate, d door, h session.Page) (http.Handler, error) {
	switch d.policy.who {
	case inAccount.who:
		return g.Account(nil, h), nil
	case byStaff.who:
		return g.Account(session.ByStaff, h), nil
	case invites.who:
		return g.Account(access.Invite, h), nil
	case "sees":
		return g.Account(session.Sees(d.policy.kind), h), nil
	case "acts on":
		return g.Account(session.Acts(d.policy.kind), h), nil
	case staff.who:
		return g.Staff(h), nil
	case admin.who:
		return g.Administrator(h), nil
	default:
		return nil, fmt.Errorf("%s %s: the policy %q is not known", d.method, d.path, d.policy)
	}
}
