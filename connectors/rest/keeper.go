package rest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// Times of a renewal. A lease outlasts the request for a token, so that nobody
// else asks while an answer may be on its way.
const (
	grantMost   = 30 * time.Second
	keepMost    = 20 * time.Second // in which an answer must get stored
	leaseLasts  = grantMost + keepMost + 10*time.Second
	lookAgain   = 200 * time.Millisecond
	earlyMost   = time.Minute // before it ends a token is renewed, or a tenth of its life
	earlyDivide = 10
)

// Grant asks the system for a token. held is the newest one; what it has to do
// with the next is the grant's affair. An error of kind Unauthenticated whose
// Ended is true says that only a person can help.
type Grant func(ctx context.Context, held remote.Token) (remote.Token, error)

// Ended marks an error after which nobody asks again until a person has signed in.
type Ended struct{ Say string }

func (e Ended) Error() string { return e.Say }

// Turns lets one at a time renew within this process, and remembers an answer
// that could not be stored. It is kept per connection; the zero value is ready.
type Turns struct {
	once sync.Once
	turn chan struct{}

	unsaved *remote.Token // got, not stored; Version is of the one it replaces
}

func (t *Turns) take(ctx context.Context) error {
	t.once.Do(func() { t.turn = make(chan struct{}, 1) })
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "wait for a token", ctx.Err())
	}
}

func (t *Turns) give() { <-t.turn }

// Keeper signs requests with a token that it keeps alive. One request for a new
// token is under way at a time, in all processes that share the Tokens; everybody
// else waits for what it brings. A new token is stored before it is first used.
type Keeper struct {
	Tokens remote.Tokens
	Turns  *Turns
	Grant  Grant
	// Made is the fingerprint that a token must have to be of use.
	Made func() (string, error)
	// Put adds the token to a request.
	Put func(r *http.Request, access string) error
	Now func() time.Time
}

// token returns one that is good for a request: the newest, unless it has ended or
// is the one that was refused.
func (k *Keeper) token(ctx context.Context, refused int64) (remote.Token, error) {
	made, err := k.Made()
	if err != nil {
		return remote.Token{}, err
	}
	t, good, err := k.look(ctx, made, refused)
	if good || err != nil {
		return t, err
	}
	if err := k.Turns.take(ctx); err != nil {
		return t, err
	}
	defer k.Turns.give()
	for {
		if err := k.keepUnsaved(ctx); err != nil {
			return t, err
		}
		if t, good, err = k.look(ctx, made, refused); good || err != nil {
			return t, err
		}
		mine, err := k.Tokens.Lease(ctx, t.Version, leaseLasts)
		if err != nil {
			return t, fault.At("take the turn to renew a token", err)
		}
		if mine {
			return k.renew(ctx, t, made)
		}
		if err := sleep(ctx, lookAgain); err != nil {
			return t, fault.Wrap(fault.Unavailable, "wait for a token", err)
		}
	}
}

// look loads the newest token and says whether it is good. The error is of kind
// Unauthenticated when it has ended for good.
func (k *Keeper) look(ctx context.Context, made string, refused int64) (remote.Token, bool, error) {
	t, err := k.Tokens.Load(ctx)
	if err != nil {
		return t, false, fault.At("load token", err)
	}
	if t.Made != made {
		return remote.Token{Version: t.Version}, false, nil // of another credential
	}
	if t.Ended != "" {
		return t, false, fault.New(fault.Unauthenticated, t.Ended)
	}
	return t, t.Access != "" && t.Version != refused && k.lives(t), nil
}

func (k *Keeper) lives(t remote.Token) bool {
	if t.Expires.IsZero() {
		return true
	}
	return k.Now().Before(t.Expires.Add(-min(earlyMost, t.Expires.Sub(t.Got)/earlyDivide)))
}

// renew asks for the next token and stores it. Whoever wanted it may be gone
// meanwhile: an answer is kept all the same, because the system may accept nothing
// older any more.
func (k *Keeper) renew(ctx context.Context, t remote.Token, made string) (remote.Token, error) {
	ctx = context.WithoutCancel(ctx)
	asking, cancel := context.WithTimeout(ctx, grantMost)
	defer cancel()
	next, err := k.Grant(asking, t)
	if err != nil {
		return t, k.failed(ctx, t, made, err)
	}
	next.Made, next.Version = made, t.Version
	k.Turns.unsaved = &next
	if err := k.keepUnsaved(ctx); err != nil {
		return t, err
	}
	t, err = k.Tokens.Load(ctx)
	return t, fault.At("load token", err)
}

// failed ends the turn without a token.
func (k *Keeper) failed(ctx context.Context, t remote.Token, made string, err error) error {
	if ended, ok := endedBy(err); ok {
		t.Made, t.Ended = made, ended.Say
		_, swapped := k.Tokens.Swap(ctx, t.Version, t)
		if swapped == nil {
			return err
		}
	}
	if free := k.Tokens.Free(ctx, t.Version); free != nil {
		return fault.At("end the turn to renew a token ("+free.Error()+")", err)
	}
	return err
}

// keepUnsaved stores an answer that waits for it, trying for a while. Somebody who
// signed in meanwhile brought a better one.
func (k *Keeper) keepUnsaved(ctx context.Context) error {
	next := k.Turns.unsaved
	if next == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepMost)
	defer cancel()
	for n := 1; ; n++ {
		_, err := k.Tokens.Swap(ctx, next.Version, *next)
		if err == nil {
			k.Turns.unsaved = nil
			return nil
		}
		if sleep(ctx, backoff(min(n, 4))) != nil {
			return fault.At("store a new token", err)
		}
	}
}
