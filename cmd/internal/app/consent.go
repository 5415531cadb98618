package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
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

// Return implements connections.Consents. Whatever comes of it leaves a leaf.
func (f fitter) Return(ctx context.Context, s access.Scope, values url.Values) (connections.Returned, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return connections.Returned{}, err
	}
	w, failed, err := f.take(ctx, sys, s, values.Get("state"))
	if err != nil || failed != "" {
		return connections.Returned{Failed: failed}, err
	}
	got := connections.Returned{}
	if !w.New {
		got.Connection = w.Draft.ID
	}
	connector, ok := f.app.connector(w.Draft.Connector)
	if !ok {
		return got, fault.Newf(fault.Setup, "This program has no connector %q.", w.Draft.Connector)
	}
	got.Spec = connector.Spec()
	if got.Failed, got.Detail = said(values); got.Failed == "" {
		var brought remote.Redeemed
		if brought, err = f.redeem(ctx, connector, w, values); err == nil {
			return f.settle(ctx, s, connector, arrived{awayAt: w, Token: brought.Token, Learned: brought.Settings, Choices: brought.Choices}, got)
		}
		got.Failed, got.Detail = failureOf(err), fault.Public(err)
		f.app.log.WarnContext(ctx, "a consent could not be used", "connector", w.Draft.Connector, "error", err)
	}
	return got, sys.NoteConsent(ctx, w.Draft.ID, string(got.Failed))
}

// said is what the system itself says instead of a code (RFC 6749, section 4.1.2.1).
// Its own words are not repeated: they came by way of a browser.
func said(values url.Values) (connections.Failure, string) {
	switch code := values.Get("error"); {
	case code == "access_denied":
		return connections.Denied, ""
	case code == "unauthorized_client" || code == "invalid_client":
		return connections.Refused, ""
	case code == "temporarily_unavailable" || code == "server_error":
		return connections.Away, ""
	case code == "invalid_scope":
		return connections.Unusable, "The application may not have what Portico asks for: give it all scopes that the form names."
	case code != "" || values.Get("code") == "":
		return connections.Unusable, ""
	default:
		return "", ""
	}
}

func failureOf(err error) connections.Failure {
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		return connections.Refused
	case fault.Unavailable, fault.Limited:
		return connections.Away
	default:
		return connections.Unusable
	}
}

// take finds what waits for a state, for the session that began it, once.
func (f fitter) take(ctx context.Context, sys *store.System, s access.Scope, state string) (awayAt, connections.Failure, error) {
	hash := session.Hash(state)
	c, err := sys.TakeConsent(ctx, hash[:], sessionOf(ctx, s))
	failed := connections.Failure("")
	switch {
	case fault.Is(err, fault.NotFound):
		failed = connections.Unknown
	case fault.Is(err, fault.Conflict):
		failed = connections.Used
	case fault.Is(err, fault.Limited):
		failed = connections.Expired
	case err != nil:
		return awayAt{}, "", err
	}
	if failed != "" {
		return awayAt{}, failed, sys.NoteConsent(ctx, c.Connection, string(failed))
	}
	text, err := f.app.vault.Open(consentPlace(c.Connection, hash[:]), string(c.Sealed))
	if err != nil {
		return awayAt{}, "", err
	}
	var w awayAt
	if err := json.Unmarshal([]byte(text.Reveal()), &w); err != nil {
		return awayAt{}, "", fault.New(fault.Internal, "").Because("decode consent", err)
	}
	return w, "", nil
}

// reach opens the connection that a consent is for, whether it exists or is being made.
func (f fitter) reach(ctx context.Context, connector remote.Connector, w awayAt, tokens remote.Tokens) (remote.Conn, func(), error) {
	if w.New {
		conn, _, done, err := f.open(connector, w.Draft.Draft, tokens)
		return conn, done, err
	}
	_, conn, _, err := sources{f.app, f.sys, f.app.log}.Open(ctx, w.Draft.ID)
	return conn, func() {}, err
}

func (f fitter) redeem(ctx context.Context, connector remote.Connector, w awayAt, values url.Values) (remote.Redeemed, error) {
	if err := outward(ctx, f.sys); err != nil {
		return remote.Redeemed{}, err
	}
	conn, done, err := f.reach(ctx, connector, w, remote.Hold(remote.Token{}))
	if err != nil {
		return remote.Redeemed{}, err
	}
	defer done()
	asks, ok := connector.(remote.Consenting)
	if !ok {
		return remote.Redeemed{}, fault.New(fault.Invalid, "Nobody has to sign in at this system.")
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	return asks.Redeem(ctx, conn, remote.Back{Redirect: f.Redirect(), Verifier: w.Verifier, Values: values})
}

// settle goes on with what was brought: by itself where there is nothing to choose.
func (f fitter) settle(ctx context.Context, s access.Scope, connector remote.Connector, a arrived, got connections.Returned) (connections.Returned, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return got, err
	}
	var was remote.Connection
	if !a.New {
		if was, err = sys.Connection(ctx, a.Draft.ID); err != nil {
			return got, err
		}
		fits := func(learned map[string]string) bool { return agrees(was.Settings, learned) }
		if !fits(a.Learned) || len(a.Choices) > 0 && !anyOf(a.Choices, fits) {
			got.Failed = connections.Wrong
			return got, sys.NoteConsent(ctx, a.Draft.ID, string(got.Failed))
		}
		if known(was.Settings, a.Choices) {
			a.Choices = only(a.Choices, fits)
		}
	}
	if len(a.Choices) > 1 {
		got.Choices = a.Choices
		got.Token, err = f.sealArrived(s, a)
		return got, err
	}
	for _, one := range a.Choices {
		maps.Copy(a.Learned, one.Settings)
	}
	if a.New {
		return f.tryBrought(ctx, s, connector, a, got)
	}
	return got, f.keepBrought(ctx, sys, was, a)
}

// agrees reports whether what was learned is what a connection has learned before.
func agrees(settings, learned map[string]string) bool {
	for name, value := range learned {
		if settings[name] != "" && settings[name] != value {
			return false
		}
	}
	return true
}

// known reports whether a connection has one of the choices already.
func known(settings map[string]string, choices []remote.Choice) bool {
	for _, one := range choices {
		for name := range one.Settings {
			if settings[name] != "" {
				return true
			}
		}
	}
	return false
}

func anyOf(choices []remote.Choice, fits func(map[string]string) bool) bool {
	return len(only(choices, fits)) > 0
}

func only(choices []remote.Choice, fits func(map[string]string) bool) []remote.Choice {
	var out []remote.Choice
	for _, one := range choices {
		if fits(one.Settings) {
			out = append(out, one)
		}
	}
	return out
}

// keepBrought stores the new sign-in of a connection that exists, and has it read.
func (f fitter) keepBrought(ctx context.Context, sys *store.System, was remote.Connection, a arrived) error {
	sealed, err := sealToken(f.app.vault, was.ID, a.Token)
	if err != nil {
		return err
	}
	settings := maps.Clone(was.Settings)
	maps.Copy(settings, a.Learned)
	if err := sys.SignInAgain(ctx, was, sealed, settings); err != nil {
		return err
	}
	return sys.Hasten(ctx, was.ID, "")
}

// tryBrought checks a draft that somebody has just let into its system.
func (f fitter) tryBrought(ctx context.Context, s access.Scope, connector remote.Connector, a arrived, got connections.Returned) (connections.Returned, error) {
	d := a.Draft
	maps.Copy(d.Settings, a.Learned)
	tokens := remote.Hold(a.Token)
	conn, _, done, err := f.open(connector, d.Draft, tokens)
	if err != nil {
		return got, err
	}
	defer done()
	trying, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	report := connector.Check(trying, conn)
	if d.Token, err = tokens.Load(ctx); err != nil {
		return got, err
	}
	got.Tried = connections.Tried{Report: report, SignedIn: true, Carry: f.reclaim(s, connector.Spec(), &d.Draft)}
	if got.Tried.Token, err = f.seal(s, d); err != nil {
		return got, err
	}
	got.Draft = d.Draft
	got.Draft.Secrets = nil
	return got, f.note(ctx, s, d.ID, "given")
}

func (f fitter) note(ctx context.Context, s access.Scope, id record.ConnectionID, what string) error {
	sys, err := f.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.NoteConsent(ctx, id, what)
}

func (f fitter) sealArrived(s access.Scope, a arrived) (string, error) {
	a.Until = f.app.now().Add(consentLasts)
	data, err := json.Marshal(a)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode what was brought", err)
	}
	return f.app.vault.Seal(draftPlace(s, "arrived"), vault.NewSecret(string(data)))
}

// Choose implements connections.Consents.
func (f fitter) Choose(ctx context.Context, s access.Scope, token string, choice int) (connections.Returned, error) {
	if _, err := f.as(ctx, s); err != nil {
		return connections.Returned{}, err
	}
	var a arrived
	text, err := f.app.vault.Open(draftPlace(s, "arrived"), token)
	if err != nil {
		return connections.Returned{Failed: connections.Unknown}, nil
	}
	if err := json.Unmarshal([]byte(text.Reveal()), &a); err != nil {
		return connections.Returned{}, fault.New(fault.Internal, "").Because("decode what was brought", err)
	}
	if f.app.now().After(a.Until) {
		return connections.Returned{Failed: connections.Expired}, nil
	}
	if choice < 0 || choice >= len(a.Choices) {
		return connections.Returned{}, fault.New(fault.Invalid, "Choose one of the list.")
	}
	connector, ok := f.app.connector(a.Draft.Connector)
	if !ok {
		return connections.Returned{}, fault.Newf(fault.Setup, "This program has no connector %q.", a.Draft.Connector)
	}
	got := connections.Returned{Spec: connector.Spec()}
	if !a.New {
		got.Connection = a.Draft.ID
	}
	a.Choices = a.Choices[choice : choice+1]
	return f.settle(ctx, s, connector, a, got)
}
