package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/connectors/rest"
	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// companies is how many client companies the invented source has.
const companies = 100

// bulkName is what the connection to the invented source is called.
const bulkName = "Bulk"

// memberEmail is who belongs to every account.
const memberEmail = "robin@bench.example"

// product is one Portico in a home of its own.
type product struct {
	home     home
	cfg      config.Config
	app      *app.App
	store    *store.Store // a handle of the bench's own on the same database
	accounts []record.AccountInfo
	bulk     record.ConnectionID
	// connections are those whose budgets have no limits.
	connections []record.ConnectionID
	member      access.User
	cookie      string // of the member, who belongs to every account
}

// newProduct sets a Portico up as an administrator would: accounts, a member,
// the connection to the source, and every company matched to its account.
func newProduct(ctx context.Context, h home, source string) (*product, error) {
	p := &product{home: h, cfg: config.Defaults()}
	err := h.configure(ctx, &p.cfg)
	if err != nil {
		return nil, err
	}
	p.app = app.New(p.cfg, slog.New(slog.DiscardHandler))
	if _, err := p.app.Migrate(ctx); err != nil {
		return nil, err
	}
	if p.store, err = store.Open(ctx, p.database(), false); err != nil {
		return nil, err
	}
	if p.bulk, err = p.connect(ctx, bulkName, source, "hub", "1-1-bench"); err != nil {
		return nil, err
	}
	if err := p.furnish(ctx); err != nil {
		return nil, err
	}
	// The clock is not to start pulls beside those that are measured.
	return p, p.store.System().SetPaused(ctx, p.bulk, true)
}

func (p *product) database() store.Options {
	d := p.cfg.Database
	return store.Options{Path: d.Path, Server: store.Server{App: d.URL, System: d.SystemURL, Owner: d.OwnerURL, Conns: 4}}
}

func (p *product) close() error {
	if err := p.store.Close(); err != nil {
		return err
	}
	return p.app.Close()
}

// connect adds a connection whose budget has no limits: the manifest's is what
// the vendor bears, not what the program can do.
func (p *product) connect(ctx context.Context, name, host, user, token string) (record.ConnectionID, error) {
	c, err := p.app.AddConnection(ctx, remote.Connection{
		Connector: "requesttracker", Name: name, Settings: map[string]string{"url": "http://" + host, "user": user}, AllowPrivate: host,
	}, map[string]string{"token": token})
	p.connections = append(p.connections, c.ID)
	p.app.SetBudget(c.ID, rest.NewBudget(rest.Limit{}, time.Now))
	return c.ID, err
}

func (p *product) furnish(ctx context.Context) error {
	sys := p.store.System()
	p.member = access.User{ID: access.NewUserID(), Name: "Robin Bench", Email: memberEmail, Zone: "Europe/Berlin"}
	if err := sys.CreateUser(ctx, p.member, ""); err != nil {
		return err
	}
	if err := p.found(ctx); err != nil {
		return err
	}
	var err error
	p.cookie, err = p.signIn(ctx, p.member)
	return err
}

// found adds the accounts that the source feeds, each matched to a company and
// entered by the member.
func (p *product) found(ctx context.Context) error {
	for i := range companies {
		info, err := p.account(ctx, fmt.Sprintf("Client %04d", i))
		if err != nil {
			return err
		}
		p.accounts = append(p.accounts, info)
		if err := p.store.System().AddMember(ctx, info.ID, p.member.ID, access.Owner); err != nil {
			return err
		}
	}
	return p.match(ctx, p.bulk)
}

// signIn starts a session and returns its cookie.
func (p *product) signIn(ctx context.Context, who access.User) (string, error) {
	token, now := session.NewToken(), time.Now().UTC()
	return session.Cookie + "=" + token, p.store.System().StartSession(ctx, session.Hash(token), access.Session{
		ID: access.NewUserID(), User: who, Created: now, LastSeen: now, Idle: session.MemberIdle, Expires: now.Add(session.MemberMost),
	})
}

func (p *product) account(ctx context.Context, name string) (record.AccountInfo, error) {
	if _, err := p.app.AddAccount(ctx, name, ""); err != nil {
		return record.AccountInfo{}, err
	}
	return p.app.Launch(ctx, name, record.LaunchInvited)
}

// match lets a source name its companies once, and matches each.
func (p *product) match(ctx context.Context, id record.ConnectionID) error {
	var keys []string
	for i := range companies {
		keys = append(keys, fmt.Sprintf("Client %04d GmbH", i))
	}
	sys := p.store.System()
	r, _, err := sys.Begin(ctx, run.Due{Connection: id, Stream: "contacts", Mode: remote.Changes}, time.Minute)
	if err != nil {
		return err
	}
	var page remote.Page
	for _, k := range keys {
		page.Records = append(page.Records, record.Record{Kind: record.KindAccount, External: k, Company: k, Body: record.Account{Name: k}})
	}
	if r, err = sys.Commit(ctx, r, page, time.Minute); err != nil {
		return err
	}
	r.State = run.Done
	if err := sys.Finish(ctx, r, time.Now().Add(time.Hour)); err != nil {
		return err
	}
	for i, k := range keys {
		if err := sys.Match(ctx, id, k, p.accounts[i].ID, "bench"); err != nil {
			return err
		}
	}
	return nil
}

// pull reads the tickets of the source and checks that all came.
func (p *product) pull(ctx context.Context, everything bool) (run.Run, time.Duration, error) {
	begin := time.Now()
	runs, err := p.app.Pull(ctx, bulkName, []string{"tickets"}, everything, nil)
	took := time.Since(begin)
	if err != nil {
		return run.Run{}, took, err
	}
	if c := runs[0].Counts; c.Rejected > 0 || c.Unmatched > 0 {
		return runs[0], took, fmt.Errorf("the pull set records aside: %+v", c)
	}
	return runs[0], took, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
