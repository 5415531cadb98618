package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"

	"portico/cmd/internal/demo"
	"portico/config"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/requesttracker"
	"portico/portal/session"
	"portico/portal/signin"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
)

// serveDemo serves a made-up practice from a folder of its own: a fake help
// desk beside the portal, pulled through the real connector. It listens on this
// machine only, because whoever opens it may sign in as anybody.
func (a *App) serveDemo(ctx context.Context, out io.Writer) error {
	host, _, err := net.SplitHostPort(a.cfg.Listen)
	if ip := net.ParseIP(host); err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return fault.Newf(fault.Setup, "The demo listens on this machine only; %s is not a loopback address (127.0.0.1:8080 is).", a.cfg.Listen)
	}
	a.cfg.Data = filepath.Join(a.cfg.Data, "demo")
	a.cfg.Database = config.Database{Path: filepath.Join(a.cfg.Data, "portico.db")}
	a.cfg.KeyFile = filepath.Join(a.cfg.Data, "keys", "portico.key")
	a.own = a.shelf()
	a.cfg.Provider.Name, a.cfg.Provider.Colour, a.cfg.Provider.Zone = demo.Provider, demo.Colour, demo.Zone
	for {
		err := a.showDemo(ctx, out)
		if !errors.Is(err, errAnew) {
			return err
		}
		fmt.Fprintln(out, "Everything is forgotten; a new demo is being made.")
	}
}

// errAnew ends a demo so that another one begins with nothing of it.
var errAnew = errors.New("the demo begins anew")

func (a *App) showDemo(ctx context.Context, out io.Writer) error {
	both := duty{pages: true, work: true}
	s, release, err := a.begin(ctx, both)
	if err != nil {
		return err
	}
	defer release()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	desk, err := a.openHelpDesk(ctx, stop)
	if err != nil {
		return err
	}
	if err := a.furnish(ctx, s, desk.address); err != nil {
		return fault.At("set up the demo", err)
	}
	for _, f := range a.systems() {
		err := f.open(ctx, a.cfg.Data, stop)
		if err == nil {
			err = a.furnishSystem(ctx, f)
		}
		if err != nil {
			return fault.At("set up the demo's "+f.connection.Name, err)
		}
	}
	show := &showing{app: a, store: s, desk: desk, people: demoPeople(), anew: func() { stop(errAnew) }}
	err = a.run(ctx, s, both, show, func(string) { greet(out, a.cfg.URL(), show.people) })
	cause := context.Cause(ctx)
	switch {
	case err != nil || cause == nil || errors.Is(cause, context.Canceled):
		return err
	case errors.Is(cause, errAnew):
		<-desk.ended
		return errors.Join(errAnew, a.Close(), os.RemoveAll(a.cfg.Data))
	}
	return cause
}

// helpDesk is the fake Request Tracker of the demo.
type helpDesk struct {
	address string // host:port
	knobs   *faults.Knobs
	down    atomic.Bool
	ended   chan struct{}
}

// run has it answer, or refuse every connection.
func (h *helpDesk) run(yes bool) {
	if h.down.Swap(!yes) == yes {
		h.knobs.Down(!yes)
	}
}

// openHelpDesk starts the fake on a free port. Its state is kept beside the
// demo's database, so that replies survive a restart.
func (a *App) openHelpDesk(ctx context.Context, failed context.CancelCauseFunc) (*helpDesk, error) {
	desk := &helpDesk{ended: make(chan struct{})}
	ready, problem := make(chan string, 1), make(chan error, 1)
	go func() {
		defer close(desk.ended)
		err := requesttracker.Serve(ctx, "127.0.0.1:0", requesttracker.Options{
			Clock: a.now, Tokens: map[string]string{demoToken: demo.ServiceUser}, Began: func(f *requesttracker.Fake) { desk.knobs = f.Faults },
			Organization: "halden.example", Path: filepath.Join(a.cfg.Data, "help-desk.json"), Log: a.log,
		}, func(f *requesttracker.Fake) { demo.Fill(f, a.now()) }, func(at net.Addr) { ready <- at.String() })
		problem <- err
		if err != nil {
			failed(fault.Wrap(fault.Unavailable, "the demo's help desk", err))
		}
	}()
	select {
	case desk.address = <-ready:
		return desk, nil
	case err := <-problem:
		return nil, fault.Wrap(fault.Setup, "start the demo's help desk", err)
	}
}

// demoToken opens the fake on loopback and nothing else.
const demoToken = "1-1-demo"

// furnish makes the accounts, people and connection of the demo once, and
// points the connection at where the fake listens this time.
func (a *App) furnish(ctx context.Context, s *store.Store, address string) error {
	sys := s.System()
	settings := map[string]string{"url": "http://" + address, "user": demo.ServiceUser, "queue": "Support"}
	have, err := sys.ConnectionNamed(ctx, demo.System)
	if err == nil {
		if err := sys.SetSettings(ctx, have.ID, settings); err != nil {
			return err
		}
		return sys.SetAllowPrivate(ctx, have.ID, address)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err := a.AddConnection(ctx, remote.Connection{Connector: "requesttracker", Name: demo.System, Settings: settings, AllowPrivate: address},
		map[string]string{"token": demoToken}); err != nil {
		return err
	}
	if _, err := a.Discover(ctx, demo.System); err != nil {
		return err
	}
	if _, err := a.Pull(ctx, demo.System, nil, false, nil); err != nil {
		return err
	}
	for _, account := range demo.Accounts {
		if err := a.furnishAccount(ctx, sys, account); err != nil {
			return err
		}
	}
	for _, p := range demo.Staff {
		if err := sys.CreateUser(ctx, access.User{ID: access.NewUserID(), Name: p.Name, Email: p.Email, Staff: p.Role, Zone: p.Zone}, ""); err != nil {
			return err
		}
	}
	return a.furnishQuestions(ctx, s)
}

func (a *App) furnishAccount(ctx context.Context, sys *store.System, account demo.Account) error {
	if _, err := a.AddAccount(ctx, account.Name, ""); err != nil {
		return err
	}
	if _, err := a.Match(ctx, demo.System, account.Company, account.Name); err != nil {
		return err
	}
	info, err := a.Launch(ctx, account.Name, record.LaunchInvited)
	if err != nil {
		return err
	}
	for _, p := range account.People {
		u := access.User{ID: access.NewUserID(), Name: p.Name, Email: p.Email, Zone: p.Zone}
		if err := sys.CreateUser(ctx, u, ""); err != nil {
			return err
		}
		if err := sys.AddMember(ctx, info.ID, u.ID, p.Role); err != nil {
			return err
		}
	}
	return nil
}

// demoPeople lists everybody with a token that this start has made.
func demoPeople() []signin.DemoPerson {
	var out []signin.DemoPerson
	for _, account := range demo.Accounts {
		for _, p := range account.People {
			out = append(out, signin.DemoPerson{Token: session.NewToken(), Email: p.Email, Name: p.Name, About: account.Name + ": " + p.About})
		}
	}
	for _, p := range demo.Staff {
		out = append(out, signin.DemoPerson{Token: session.NewToken(), Email: p.Email, Name: p.Name, About: p.About})
	}
	return out
}

func greet(out io.Writer, base string, people []signin.DemoPerson) {
	fmt.Fprintf(out, "\n%s, a made-up practice with a fake help desk, a fake Stripe and a fake calendar, is open at %s/demo\nA tour of five minutes: %s/demo/tour\n\n", demo.Provider, base, base)
	for _, p := range people {
		fmt.Fprintf(out, "  %-16s %s\n", p.Name, p.About)
	}
	fmt.Fprintf(out, "\nThe page signs you in as any of them, without a password, from this machine only.\nStop with Ctrl-C; everything is kept for the next start.\n\n")
}
