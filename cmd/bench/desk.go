package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"portico/cmd/internal/demo"
	"portico/connectors/vendorfake/requesttracker"
	"portico/sync/access"
	"portico/sync/record"
)

// deskName is what the connection that takes replies is called.
const deskName = "Desk"

// desk is a help desk in this process that says when a reply has been answered.
type desk struct {
	server   *http.Server
	address  string
	answered chan time.Time
}

func newDesk() (*desk, error) {
	fake, err := requesttracker.New(requesttracker.Options{Tokens: map[string]string{"1-1-bench": demo.ServiceUser}})
	if err != nil {
		return nil, err
	}
	demo.Fill(fake, time.Now())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &desk{address: l.Addr().String(), answered: make(chan time.Time, 1)}
	d.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fake.ServeHTTP(w, r)
		if strings.HasSuffix(r.URL.Path, "/correspond") {
			d.answered <- time.Now()
		}
	})}
	go func() { _ = d.server.Serve(l) }()
	return d, nil
}

func (d *desk) close() { _ = d.server.Close() }

var ticketLink = regexp.MustCompile(`/a/[0-9a-f-]{36}/tickets/[0-9a-f-]{36}`)

// furnishDesk connects the desk and lets the member into its accounts, which
// become the product's first.
func (p *product) furnishDesk(ctx context.Context, d *desk) error {
	id, err := p.connect(ctx, deskName, d.address, demo.ServiceUser, "1-1-bench")
	if err != nil {
		return err
	}
	sys := p.store.System()
	if err := sys.SetPaused(ctx, id, true); err != nil {
		return err
	}
	if _, err := p.app.Pull(ctx, deskName, nil, false, nil); err != nil {
		return err
	}
	member, _, err := sys.UserByEmail(ctx, memberEmail)
	if err != nil {
		return err
	}
	var accounts []record.AccountInfo
	for _, a := range demo.Accounts {
		info, err := p.account(ctx, a.Name)
		if err != nil {
			return err
		}
		accounts = append(accounts, info)
		if err := sys.AddMember(ctx, info.ID, member.ID, access.Owner); err != nil {
			return err
		}
		if _, err := p.app.Match(ctx, deskName, a.Company, a.Name); err != nil {
			return err
		}
	}
	p.accounts = append(accounts, p.accounts...)
	return nil
}

// tickets lists what can be answered, as the pages of the served portal link it.
func (p *product) tickets(ctx context.Context) ([]string, error) {
	var out []string
	for i := range demo.Accounts {
		page, err := p.page(ctx, i)
		if err != nil {
			return nil, err
		}
		out = append(out, ticketLink.FindAllString(page, -1)...)
	}
	if len(out) == 0 {
		return nil, errors.New("there is no ticket to answer")
	}
	return out, nil
}
