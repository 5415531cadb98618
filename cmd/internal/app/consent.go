package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/portal/admin/connections"
	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/vault"
)

// consentLasts is how long somebody may be at a system to let us in.
const consentLasts = 10 * time.Minute

// awayAt is what waits while somebody is at a system: the verifier, and the draft of
// a connection that is being made. It lies sealed in the database, for ten minutes
// and one return.
type awayAt struct {
	Verifier string
	New      bool
	Draft    sealedDraft // of one that exists: only its id and connector
}

// arrived is what somebody brought, while they choose what is meant.
type arrived struct {
	awayAt
	Token   remote.Token
	Learned map[string]string
	Choices []remote.Choice
	Until   time.Time
}

// Redirect implements connections.Consents.
func (f fitter) Redirect() string {
	return strings.TrimSuffix(f.app.cfg.URL(), "/") + connections.ConsentPath
}

// sessionOf is a mark of the session that asks, for who began and who comes back.
func sessionOf(ctx context.Context, s access.Scope) []byte {
	now, _ := session.Of(ctx)
	sum := sha256.Sum256([]byte(now.ID + "\n" + s.User()))
	return sum[:]
}

func consentPlace(c record.ConnectionID, state []byte) vault.Place {
	return vault.Place{Purpose: "consent", Connection: c, Field: hex.EncodeToString(state)}
}

// leave begins a consent: its state and verifier are fresh, and work once.
func (f fitter) leave(ctx context.Context, s access.Scope, connector remote.Connector, conn remote.Conn, w awayAt) (connections.Leave, error) {
	asks, ok := connector.(remote.Consenting)
	if !ok {
		return connections.Leave{}, fault.New(fault.Invalid, "Nobody has to sign in at this system.")
	}
	state := session.NewToken()
	w.Verifier = session.NewToken()
	challenge := sha256.Sum256([]byte(w.Verifier))
	address, err := asks.Consent(ctx, conn, remote.Ask{Redirect: f.Redirect(), State: state, Challenge: base64.RawURLEncoding.EncodeToString(challenge[:])})
	if err != nil {
		return connections.Leave{}, err
	}
	to, err := url.Parse(address)
	if err != nil {
		return connections.Leave{}, fault.Wrap(fault.Internal, "read the address to sign in at", err)
	}
	data, err := json.Marshal(w)
	if err != nil {
		return connections.Leave{}, fault.Wrap(fault.Internal, "encode consent", err)
	}
	hash := session.Hash(state)
	sealed, err := f.app.vault.Seal(consentPlace(w.Draft.ID, hash[:]), vault.NewSecret(string(data)))
	if err != nil {
		return connections.Leave{}, err
	}
	sys, err := f.as(ctx, s)
	if err != nil {
		return connections.Leave{}, err
	}
	err = sys.BeginConsent(ctx, store.Consent{State: hash[:], Session: sessionOf(ctx, s), User: s.User(), Connection: w.Draft.ID,
		Sealed: []byte(sealed), Expires: f.app.now().Add(consentLasts)}, w.Draft.Connector)
	return connections.Leave{Address: address, Host: to.Scheme + "://" + to.Host, System: connector.Spec().Name}, err
}

// goThere sends the person of a new draft to its system, once nothing is wrong with
// what is typed. A private address is asked about before.
func (f fitter) goThere(ctx context.Context, s access.Scope, connector remote.Connector, d connections.Draft) (connections.Tried, error) {
	if err := f.pace(ctx, s); err != nil {
		return connections.Tried{}, err
	}
	if err := outward(ctx, f.sys); err != nil {
		return connections.Tried{}, err
	}
	conn, look, done, err := f.open(connector, d, remote.Hold(remote.Token{}))
	if err != nil {
		return connections.Tried{}, err
	}
	defer done()
	if knock(ctx, conn.Transport, connector.Spec().Hosts(d.Settings)); look.refused != "" {
		return connections.Tried{Confirm: look.refused}, nil
	}
	d.Carried = ""
	leave, err := f.leave(ctx, s, connector, conn, awayAt{New: true, Draft: sealedDraft{Draft: d}})
	return connections.Tried{Leave: &leave}, err
}

// knock lets the guard look at addresses; what is there does not matter.
func knock(ctx context.Context, transport http.RoundTripper, hosts []string) {
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	for _, host := range hosts {
		r, err := http.NewRequestWithContext(ctx, http.MethodHead, host, http.NoBody)
		if err != nil {
			continue
		}
		if resp, err := transport.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}
}

// Again implements connections.Consents.
func (f fitter) Again(ctx context.Context, s access.Scope, id record.ConnectionID) (connections.Leave, error) {
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err != nil {
		return connections.Leave{}, err
	}
	connector, conn, c, err := sources{f.app, sys, f.app.log}.Open(ctx, id)
	if err != nil {
		return connections.Leave{}, err
	}
	return f.leave(ctx, s, connector, conn, awayAt{Draft: sealedDraft{Draft: connections.Draft{ID: id, Connector: c.Connector, Name: c.Name}}})
}
