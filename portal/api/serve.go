package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Caller is who asks, for which account, with what in hand.
type Caller struct {
	Key   apikey.Key
	Scope access.Scope
	// Account is the one in the path; zero where there is none.
	Account record.AccountID
	// Seed is the same for every attempt at one request: what is made under it is
	// made once.
	Seed string
	body []byte
	door Door
}

// serve takes a request through every check to its door's handler.
func (a *API) serve(w http.ResponseWriter, r *http.Request, d Door) error {
	c, err := a.enter(w, r, d)
	if err != nil {
		return err
	}
	if !d.Writes() {
		out, err := d.handle(r, c)
		if err != nil {
			return err
		}
		if file, ok := out.(Bytes); ok {
			return a.hand(w, r, file)
		}
		return write(w, d.Status, out)
	}
	if c.body, err = bodyOf(w, r, d); err != nil {
		return err
	}
	return a.once(w, r, c)
}

// enter recognises the key and asks whether it may come through the door.
func (a *API) enter(w http.ResponseWriter, r *http.Request, d Door) (Caller, error) {
	key, err := a.key(r)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="portico"`)
		}
		return Caller{}, err
	}
	session.Signed(r.Context(), string(key.ID))
	if err := a.pace.take(w.Header(), string(key.ID), a.o.Now()); err != nil {
		return Caller{}, err
	}
	if !key.May(d.Scope) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="portico", error="insufficient_scope", scope="`+string(d.Scope)+`"`)
		return Caller{}, refuse(http.StatusForbidden, "insufficient_scope", fault.Newf(fault.Forbidden, "This key lacks the scope %s.", d.Scope))
	}
	c := Caller{Key: key, Scope: grant.Key(key), door: d}
	if !strings.HasPrefix(d.Path, inAccount) {
		return c, nil
	}
	if c.Account, err = record.ParseAccountID(r.PathValue("account")); err != nil || !key.Reaches(c.Account) {
		return c, notHere()
	}
	_, err = a.o.Accounts.AccountInfo(r.Context(), c.Account)
	if fault.Is(err, fault.NotFound) {
		err = notHere()
	}
	return c, err
}

// key recognises the key of a request. A text that is no key by its looks is
// refused without a question to the database.
func (a *API) key(r *http.Request) (apikey.Key, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return apikey.Key{}, fault.New(fault.Unauthenticated, "Send an API key: Authorization: Bearer ….")
	}
	hash, ok := apikey.Hash(strings.TrimSpace(token))
	if !ok {
		return apikey.Key{}, fault.New(fault.Unauthenticated, "This is not an API key of Portico.")
	}
	return a.o.Keys.EnterKey(r.Context(), hash)
}

func notHere() error { return fault.New(fault.NotFound, "") }

// once carries a request out under its idempotency key, or answers what was
// answered to it before.
func (a *API) once(w http.ResponseWriter, r *http.Request, c Caller) error {
	name := r.Header.Get("Idempotency-Key")
	if name == "" {
		if c.door.Method == http.MethodPost {
			return refuse(http.StatusBadRequest, "idempotency_key_missing", fault.New(fault.Invalid, "Send an Idempotency-Key, so that this happens once however often it is sent."))
		}
		c.Seed = uuid.Must(uuid.NewV7()).String()
		out, err := c.door.handle(r, c)
		if err != nil {
			return err
		}
		return write(w, c.door.Status, out)
	}
	if !printable(name) || len(name) > apikey.MaxIdempotency {
		return refuse(http.StatusBadRequest, "idempotency_key_bad", fault.New(fault.Invalid, "An Idempotency-Key has at most 100 printable characters of ASCII."))
	}
	mark, err := a.o.Answers.BeginAnswer(r.Context(), c.Key.ID, name, hashOf(r, c.body))
	switch {
	case fault.Is(err, fault.Invalid):
		return refuse(http.StatusUnprocessableEntity, "idempotency_key_reused", err)
	case fault.Is(err, fault.Conflict):
		return refuse(http.StatusConflict, "request_in_progress", err)
	case err != nil:
		return err
	case mark.Done:
		return a.replay(w, mark)
	}
	c.Seed = mark.Seed
	return a.carry(w, r, c, mark)
}

// replay answers what was answered before, byte for byte.
func (a *API) replay(w http.ResponseWriter, mark apikey.Answer) error {
	body, err := a.o.Open(mark)
	if err != nil {
		return err
	}
	w.Header().Set("Idempotency-Replayed", "true")
	return send(w, mark.Status, []byte(body))
}

// carry does what is asked and keeps the answer. What is refused is forgotten,
// because it did nothing; of what failed nobody knows, so the next attempt goes on
// with the same seed.
func (a *API) carry(w http.ResponseWriter, r *http.Request, c Caller, mark apikey.Answer) error {
	after := context.WithoutCancel(r.Context())
	out, err := c.door.handle(r, c)
	if err != nil {
		settle := a.o.Answers.FreeAnswer
		if refused(err) {
			settle = a.o.Answers.DropAnswer
		}
		if lost := settle(after, mark); lost != nil {
			a.o.Log.Warn("an idempotency key was not given back; it is free again in a minute", "error", lost)
		}
		return err
	}
	body, err := encode(out)
	if err != nil {
		return err
	}
	mark.Status = c.door.Status
	if mark.Body, err = a.o.Seal(mark, string(body)); err != nil {
		return err
	}
	// It has happened: that the answer is not kept only means that the same request
	// is carried out again, under the same seed.
	if err := a.o.Answers.EndAnswer(after, mark); err != nil {
		a.o.Log.Warn("an answer was not kept", "error", err)
	}
	return send(w, mark.Status, body)
}

// refused reports whether an error says for sure that nothing was done.
func refused(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict, fault.TooLarge, fault.Limited:
		return true
	default:
		return false
	}
}
