package portal

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"portico/portal/admin/connections/parts"
	"portico/portal/api"
	"portico/portal/session"
	"portico/portal/setup"
	"portico/portal/signin"
	"portico/portal/tour"
	"portico/portal/ui"
	"portico/sync/audit"
	"portico/sync/fault"
)

// Options configure the portal. DeviceKey, Proxies, Demo, Ready, Log and Now
// may be left out.
type Options struct {
	Sessions session.Sessions
	People   session.People
	Users    signin.Users
	Resets   signin.Resets
	Mailed   signin.Mailed
	Own      signin.Own
	// Second is what second steps are kept in.
	Second   Second
	Attempts signin.Attempts
	Mailer   signin.Mailer
	// BaseURL is the address people type; links in mails begin with it.
	BaseURL *url.URL
	// Proxies are the peers whose forwarded headers are believed.
	Proxies []netip.Prefix
	// DeviceKey recognises browsers, see signin.Options.
	DeviceKey []byte
	// Demo lists people who may be signed in without a password from this machine.
	Demo []signin.DemoPerson
	// Tour is the corner that only the demo has; nil otherwise.
	Tour *tour.Pages
	// Journal keeps who came in, went out or was refused, see signin.Options.
	Journal func(ctx context.Context, e audit.Entry)
	Frame   ui.FrameOptions
	Pages   Pages
	// Merged says where the account of an old address is now, see session.Options.
	Merged session.Merged
	// Hooks takes in what vendors send by themselves; nil takes in nothing.
	Hooks http.Handler
	// Setup is the first run; nil has none. Enter and Connect are set by New.
	Setup *setup.Options
	// API answers other programs; nil answers none.
	API *api.API
	// Ready reports why requests should go elsewhere for now, or nil.
	Ready func(ctx context.Context) error
	// Degraded names, in a word each, what is away although requests can be
	// answered; strangers read it.
	Degraded func(ctx context.Context) []string
	// Served is told of every request, see session.Options.
	Served func(route, method string, status int, took time.Duration)
	Log    *slog.Logger
	Now    func() time.Time
}

// Second is what the second step of a sign-in needs, see signin.Options.
type Second struct {
	Steps      signin.Steps
	Enrolment  signin.Enrolment
	Seal, Open func(place, text string) (string, error)
	// Demands reports whether staff may not go without; nil is no.
	Demands func(ctx context.Context) bool
}

// Portal is the website. It is safe for concurrent use.
type Portal struct {
	handler http.Handler
	routes  []Route
}

// Route is one door, for listings and for tests that try every one.
type Route struct{ Method, Path, Policy string }

// ServeHTTP implements http.Handler.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Routes lists every door in the order of the table.
func (p *Portal) Routes() []Route { return slices.Clone(p.routes) }

// New builds the website. The error names every door that could not be hung.
func New(o Options) (*Portal, error) {
	gate, err := session.New(session.Options{
		Sessions: o.Sessions, People: o.People, BaseURL: o.BaseURL, Proxies: o.Proxies,
		Demands: o.Second.Demands, Merged: o.Merged, ErrorPage: o.errorPage, Served: o.Served, Log: o.Log, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	doors, err := signin.New(signin.Options{
		Users: o.Users, Resets: o.Resets, Mailed: o.Mailed, Own: o.Own, Steps: o.Second.Steps, Enrolment: o.Second.Enrolment,
		Seal: o.Second.Seal, Open: o.Second.Open, Demands: o.Second.Demands, Attempts: o.Attempts, Mailer: o.Mailer, Gate: gate,
		Frame: o.Frame.Plain, Personal: o.Frame.Personal, BaseURL: o.BaseURL.String(), DeviceKey: o.DeviceKey, Demo: o.Demo, Journal: o.Journal, Log: o.Log, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	p := &Portal{}
	first := o.firstRun(doors)
	router, err := p.hang(gate, append(table(o, doors), setupDoors(first)...))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "hang the doors", err)
	}
	inside := router
	if first != nil {
		inside = first.First(router)
	}
	p.handler = order(gate, inside)
	return p, nil
}

// firstRun returns the pages of the first run; nil without them.
func (o Options) firstRun(doors *signin.Doors) *setup.Pages {
	if o.Setup == nil {
		return nil
	}
	s := *o.Setup
	s.Enter, s.Connect = doors.Admit, parts.Path
	return setup.New(s)
}

// order is the way of every request, outermost first: the log line, the
// headers, the net under a panic, the cross-origin check, the router. They stand
// outside the router because it runs no middleware on its own errors and
// redirects.
func order(g *session.Gate, router http.Handler) http.Handler {
	return g.Observe(g.Harden(g.Recover(g.SameOrigin(router))))
}

// errorPage draws a failure. The moment and the nonce are left out, so that the
// same failure is the same bytes.
func (o Options) errorPage(r *http.Request, p session.Problem) templ.Component {
	c := o.Frame.Plain(r)
	c.Now, c.Nonce = time.Time{}, ""
	return ui.Fault(c, ui.NewFault(c.Reader, p.Status, p.Public, p.Wait, p.Reference))
}

// Locale returns the language and zone that the signed-in reader has chosen;
// it is made for ui.FrameOptions.Locale.
func Locale(r *http.Request) (lang, zone string) {
	s, ok := session.Of(r.Context())
	if !ok {
		return "", ""
	}
	return s.User.Locale, s.User.Zone
}

// Several reports whether the signed-in reader may enter other accounts than the
// one whose page it is; it is made for ui.FrameOptions.Several.
func Several(r *http.Request) bool {
	s, _ := session.Of(r.Context())
	return s.Several
}

// Looking says for the banner of every page as whom its reader looks at an account.
func Looking(r *http.Request) ui.Looking {
	l := session.Looking(r.Context())
	return ui.Looking{Name: l.Name, Until: l.Until, End: "/staff/look/end"}
}
