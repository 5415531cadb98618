package session

import (
	"context"
	"net/http"

	"portico/sync/access"
	"portico/sync/record"
)

// Page is a handler inside an account or of the staff: it gets the proof of
// who asks. Path variables are read with r.PathValue.
type Page func(w http.ResponseWriter, r *http.Request, s access.Scope) error

// Personal is a handler for somebody who is signed in, outside any account.
type Personal func(w http.ResponseWriter, r *http.Request, s access.Session) error

// Open is a handler for everybody.
type Open func(w http.ResponseWriter, r *http.Request) error

// Need is what a page asks of a scope before its handler runs; the store asks
// again for every record. A nil Need asks for the account only.
type Need func(s access.Scope, a record.AccountID) error

// Sees asks that records of the kind may be read.
func Sees(k record.Kind) Need {
	return func(s access.Scope, a record.AccountID) error { return access.See(s, a, k) }
}

// Acts asks that actions on records of the kind may be asked for.
func Acts(k record.Kind) Need {
	return func(s access.Scope, a record.AccountID) error { return access.Act(s, a, k) }
}

// ByStaff asks that staff of the provider come in; to others there is nothing here.
func ByStaff(s access.Scope, _ record.AccountID) error {
	if !s.IsStaff() {
		return notHere()
	}
	return nil
}

type sessionKey struct{}

// Of returns the session that a page is served in, for display only: the
// person's locale and time zone. It is proof of nothing; the scope is.
func Of(ctx context.Context) (access.Session, bool) {
	v, ok := ctx.Value(sessionKey{}).(visit)
	return v.Session, ok
}

// Public serves a handler to everybody.
func (g *Gate) Public(h Open) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error { return h(w, r) })
}

// Here serves a handler to whoever sits at this machine; to others there is nothing.
func (g *Gate) Here(h Open) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		if !g.Direct(r) {
			return notHere()
		}
		return h(w, r)
	})
}

// SignedIn serves a handler to whoever is signed in.
func (g *Gate) SignedIn(h Personal) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, _, r, err := g.identify(r, record.AccountID{})
		if err != nil {
			return err
		}
		return h(w, r, s)
	})
}

// Account serves a handler in the account that the path names as {account}.
func (g *Gate) Account(need Need, h Page) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		account := accountOf(r)
		s, m, r, err := g.identify(r, account)
		if err != nil {
			return err
		}
		scope, err := g.scopeFor(r.Context(), s, m, account, need)
		if err != nil {
			return g.ledOn(w, r, s, account, err)
		}
		return h(w, r, scope)
	})
}

// accountOf is the account that the address names; zero when it names none.
func accountOf(r *http.Request) record.AccountID {
	id, err := record.ParseAccountID(r.PathValue("account"))
	if err != nil {
		return record.AccountID{}
	}
	return id
}

func (g *Gate) scopeFor(ctx context.Context, s access.Session, m access.Membership, account record.AccountID, need Need) (access.Scope, error) {
	scope, err := g.scopeIn(ctx, s, m, account)
	if err != nil || need == nil {
		return scope, err
	}
	return scope, need(scope, scope.Account())
}

// Staff serves a handler to staff, over all accounts that they reach.
func (g *Gate) Staff(h Page) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, _, r, err := g.identify(r, record.AccountID{})
		if err != nil {
			return err
		}
		scope, err := g.staffScope(r.Context(), s.User)
		if err != nil {
			return err
		}
		return h(w, r, scope)
	})
}

// Administrator serves a handler to staff who look after this Portico.
func (g *Gate) Administrator(h Page) http.Handler {
	return g.Staff(func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
		if err := access.Administer(s); err != nil {
			return err
		}
		return h(w, r, s)
	})
}

// identify finds the session, with its person's place in the account, and leaves
// the person in the log line.
func (g *Gate) identify(r *http.Request, account record.AccountID) (access.Session, access.Membership, *http.Request, error) {
	s, m, err := g.enter(r, account, used(r))
	if err != nil {
		return s, m, r, err
	}
	note(r.Context()).user = s.User.ID
	if !readOnly(r) && s.Look.User != "" {
		return s, m, r, s.Look.Refused()
	}
	return s, m, r.WithContext(context.WithValue(r.Context(), sessionKey{}, visit{s, g.o.Now()})), nil
}

// serve runs a handler and answers for it when it fails.
func (g *Gate) serve(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil && !g.detoured(w, r, err) {
			g.Fail(w, r, err)
		}
	})
}
