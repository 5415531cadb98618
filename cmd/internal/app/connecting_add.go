package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// What one look shows: items of a stream, and companies.
const (
	samplesShown   = 3
	companiesTaken = 500
)

// Glimpse implements connections.Adding.
func (f fitter) Glimpse(ctx context.Context, s access.Scope, token string) (connections.Glimpse, error) {
	if _, err := f.as(ctx, s); err != nil {
		return connections.Glimpse{}, err
	}
	d, err := f.unseal(s, token)
	if err != nil {
		return connections.Glimpse{}, err
	}
	connector, ok := f.app.connector(d.Connector)
	if !ok {
		return connections.Glimpse{}, fault.New(fault.NotFound, "There is no such system in the catalogue.")
	}
	if err := f.pace(ctx, s); err != nil {
		return connections.Glimpse{}, err
	}
	tokens := remote.Hold(d.Token)
	conn, _, done, err := f.open(connector, d.Draft, tokens)
	if err != nil {
		return connections.Glimpse{}, err
	}
	defer done()
	looking, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	g := connections.Glimpse{Draft: d.Draft}
	g.Draft.Secrets = nil
	note := func(err error) {
		if g.Problem == "" && err != nil {
			if g.Problem = fault.Public(err); g.Problem == "" {
				g.Problem = "It could not all be read."
				f.app.log.Warn("a draft could not be looked into", "connector", d.Connector, "error", err)
			}
		}
	}
	g.Streams = samples(looking, connector, conn, note)
	found, err := connector.Discover(looking, conn)
	note(err)
	d.Queues, d.Companies = usualFirst(found.Queues, d.Settings["queue"]), found.Companies[:min(len(found.Companies), companiesTaken)]
	if d.Token, err = tokens.Load(ctx); err != nil { // it may have been renewed
		return g, err
	}
	if g.Token, err = f.seal(s, d); err != nil {
		return g, err
	}
	g.Companies, err = f.candidates(ctx, found.Companies)
	return g, err
}

// samples reads the beginning of each stream that has a face of its own: what
// belongs to another record is shown with it later.
func samples(ctx context.Context, connector remote.Connector, conn remote.Conn, note func(error)) []connections.Sampled {
	sampler, ok := connector.(remote.Sampler)
	if !ok {
		return nil
	}
	var out []connections.Sampled
	for _, st := range tailored(connector, conn.Settings).Streams {
		if !slices.ContainsFunc(st.Kinds, faced) {
			continue
		}
		list, err := sampler.Preview(ctx, conn, st.Name, samplesShown)
		note(err)
		list = slices.DeleteFunc(list, func(s remote.Sample) bool { return !faced(s.Kind) })
		if len(list) > 0 {
			out = append(out, connections.Sampled{Stream: st.Name, Samples: list})
		}
	}
	return out
}

// faced reports whether clients meet a kind by itself.
func faced(kind record.Kind) bool {
	switch kind {
	case record.KindAccount, record.KindContact, record.KindComment, record.KindAttachment, record.KindPayment, record.KindTimeEntry:
		return false
	default:
		return true
	}
}

// candidates are companies as discovered, with what they may be by their names.
func (f fitter) candidates(ctx context.Context, list []remote.Company) ([]connections.Candidate, error) {
	known, err := f.known(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]connections.Candidate, len(list))
	for i, c := range list {
		company := run.Company{Key: c.Key, Name: c.Name}
		out[i] = connections.Suggested(company, known.Suggest(likeness.Company{Name: called(company)}))
	}
	return out, nil
}

// known are the accounts with what tells them from others.
func (f fitter) known(ctx context.Context) (*likeness.Register, error) {
	list, err := f.sys.KnownAccounts(ctx)
	if err != nil {
		return nil, err
	}
	return likeness.NewRegister(list), nil
}

// called is what a source calls a company; some only have a key.
func called(c run.Company) string { return cmp.Or(strings.TrimSpace(c.Name), strings.TrimSpace(c.Key)) }

// Connect implements connections.Adding.
func (f fitter) Connect(ctx context.Context, s access.Scope, token string, picks []connections.Pick) (record.ConnectionID, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return record.ConnectionID{}, err
	}
	d, err := f.unseal(s, token)
	if err != nil {
		return record.ConnectionID{}, err
	}
	if f.connected(ctx, d.ID) {
		return d.ID, nil
	}
	n := store.NewConnection{Connection: remote.Connection{ID: d.ID, Connector: d.Connector, Name: d.Name, Settings: d.Settings,
		AllowPrivate: d.AllowPrivate, CA: d.CA, ReadOnly: d.ReadOnly}}
	n.Queues, n.Companies = d.Queues, d.Companies
	if !d.Token.SignedIn.IsZero() {
		if n.Token, err = sealToken(f.app.vault, d.ID, d.Token); err != nil {
			return d.ID, err
		}
	}
	for _, p := range picks {
		if !slices.ContainsFunc(n.Companies, func(c remote.Company) bool { return c.Key == p.Key }) {
			n.Companies = append(n.Companies, remote.Company{Key: p.Key, Name: p.Name})
		}
	}
	if err := f.app.connect(ctx, sys, n, d.Secrets); err != nil {
		// The same form, sent twice at once, was first.
		if f.connected(ctx, d.ID) {
			return d.ID, nil
		}
		return d.ID, err
	}
	return d.ID, f.match(ctx, sys, d.ID, picks)
}

func (f fitter) connected(ctx context.Context, id record.ConnectionID) bool {
	_, err := f.sys.Connection(ctx, id)
	return err == nil
}

// Companies implements connections.Matching.
func (f fitter) Companies(ctx context.Context, id record.ConnectionID) ([]run.Company, error) {
	return f.sys.Companies(ctx, id)
}

// Suggest implements connections.Matching.
func (f fitter) Suggest(ctx context.Context, id record.ConnectionID, list []run.Company) ([]connections.Candidate, error) {
	keys := make([]string, len(list))
	for i, c := range list {
		keys[i] = c.Key
	}
	marks, err := f.sys.CompanyMarks(ctx, id, keys)
	if err != nil {
		return nil, err
	}
	known, err := f.known(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]connections.Candidate, len(list))
	for i, c := range list {
		out[i] = connections.Suggested(c, known.Suggest(likeness.Company{Name: called(c), Marks: marks[c.Key]}))
	}
	return out, nil
}

// Match implements connections.Matching.
func (f fitter) Match(ctx context.Context, s access.Scope, id record.ConnectionID, picks []connections.Pick) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return f.match(ctx, sys, id, picks)
}

// match ties companies to accounts, one after the other; what was done stays when
// one is refused. Two companies that are new under one name are one account.
func (f fitter) match(ctx context.Context, sys *store.System, id record.ConnectionID, picks []connections.Pick) error {
	made := map[string]record.AccountID{}
	for _, p := range picks {
		account := p.Account
		if account.IsZero() {
			if account = made[p.Name]; account.IsZero() {
				info, err := addAccount(ctx, sys, p.Name, record.AccountID{})
				if err != nil {
					return err
				}
				account = info.ID
				made[p.Name] = account
			}
		}
		if err := sys.Match(ctx, id, p.Key, account, "page"); err != nil {
			return err
		}
	}
	return nil
}

// Unmatch implements connections.Matching.
func (f fitter) Unmatch(ctx context.Context, s access.Scope, id record.ConnectionID, key string) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return sys.Unmatch(ctx, id, key)
}

// Repair implements connections.Matching.
func (f fitter) Repair(ctx context.Context, id record.ConnectionID, key string) (run.Repair, error) {
	return f.sys.Repair(ctx, id, key)
}
