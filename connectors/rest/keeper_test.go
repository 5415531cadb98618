package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// minted makes a keeper whose tokens are t1, t2, …
func minted(tokens remote.Tokens, made *atomic.Int64) *rest.Keeper {
	return &rest.Keeper{
		Tokens: tokens, Turns: &rest.Turns{}, Now: time.Now, Made: func() (string, error) { return "credential", nil },
		Put: func(r *http.Request, access string) error { r.Header.Set("Authorization", access); return nil },
		Grant: func(_ context.Context, held remote.Token) (remote.Token, error) {
			return remote.Token{Access: fmt.Sprintf("t%d", made.Add(1)), Refresh: "r", Got: time.Now(), Version: held.Version}, nil
		},
	}
}

func TestAWriteGoesOutAgainOnlyWhenItsTokenWasRefused(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]int{http.StatusUnauthorized: 2, http.StatusInternalServerError: 1, http.StatusForbidden: 1, http.StatusConflict: 1} {
		var sent []string
		var made atomic.Int64
		c := client(t, func(w http.ResponseWriter, r *http.Request) {
			sent = append(sent, r.Header.Get("Authorization"))
			if r.Header.Get("Authorization") == "t1" {
				w.WriteHeader(code)
			}
		}, func(cfg *rest.Config) { cfg.Keeper = minted(remote.Hold(remote.Token{}), &made) })
		_, err := c.Do(t.Context(), rest.Request{Method: http.MethodPost, Path: "/x", Body: []byte("{}")})
		if len(sent) != want || (err == nil) != (want == 2) {
			t.Errorf("%d: sent %v, %v", code, sent, err)
		}
	}
}

func TestATokenThatIsRefusedAgainIsNotAskedForForEver(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	c := client(t, status(401, "", "{}"), func(cfg *rest.Config) { cfg.Keeper = minted(remote.Hold(remote.Token{}), &made) })
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.Unauthenticated) || made.Load() != 2 {
		t.Errorf("%d tokens, %v", made.Load(), err)
	}
}

func TestManyWhoFindATokenRefusedAskForOne(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	keeper := minted(remote.Hold(remote.Token{Version: 1, Access: "old", Refresh: "r", Made: "credential"}), &made)
	var waiting sync.WaitGroup
	waiting.Add(20)
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "old" {
			waiting.Done()
			waiting.Wait() // all of them were sent with the old one
			w.WriteHeader(http.StatusUnauthorized)
		}
	}, func(cfg *rest.Config) { cfg.Keeper = keeper })
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d requests for a token", made.Load())
	}
}

// away are tokens that cannot be stored for a while.
type away struct {
	remote.Tokens

	down   atomic.Bool
	stored atomic.Int64
}

func (a *away) Swap(ctx context.Context, version int64, next remote.Token) (bool, error) {
	if a.down.Load() {
		a.down.Store(false)
		return false, fault.New(fault.Unavailable, "away")
	}
	a.stored.Add(1)
	return a.Tokens.Swap(ctx, version, next)
}

func TestATokenIsStoredBeforeItIsUsedAndNotDroppedWhenThatFails(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	tokens := &away{Tokens: remote.Hold(remote.Token{})}
	tokens.down.Store(true)
	c := client(t, func(_ http.ResponseWriter, r *http.Request) {
		if tokens.stored.Load() != 1 || r.Header.Get("Authorization") != "t1" {
			t.Errorf("sent %s before it was stored", r.Header.Get("Authorization"))
		}
	}, func(cfg *rest.Config) { cfg.Keeper = minted(tokens, &made) })
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); err != nil || made.Load() != 1 {
		t.Errorf("%v, %d tokens", err, made.Load())
	}
}

func TestAnAnswerIsKeptAlthoughWhoAskedHasGone(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	tokens := remote.Hold(remote.Token{})
	keeper := minted(tokens, &made)
	ctx, cancel := context.WithCancel(t.Context())
	grant := keeper.Grant
	keeper.Grant = func(ctx context.Context, held remote.Token) (remote.Token, error) {
		cancel()
		if ctx.Err() != nil {
			t.Error("the request for a token ended with who wanted it")
		}
		return grant(ctx, held)
	}
	c := client(t, func(http.ResponseWriter, *http.Request) {}, func(cfg *rest.Config) { cfg.Keeper = keeper })
	if _, err := c.Do(ctx, rest.Request{Path: "/x"}); err == nil {
		t.Error("a request was sent for nobody")
	}
	if kept, err := tokens.Load(t.Context()); err != nil || kept.Access != "t1" {
		t.Errorf("kept %q, %v", kept.Access, err)
	}
}

func TestATokenAddressIsUnderstoodAndNotQuoted(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		status int
		body   string
		kind   fault.Kind
		says   string
	}{
		"ended":          {400, `{"error":"invalid_grant","error_description":"hidden"}`, fault.Unauthenticated, "Again."},
		"client":         {401, `{"error":"invalid_client"}`, fault.Unauthenticated, "Declined."},
		"client, plain":  {401, `no`, fault.Unauthenticated, "Declined."},
		"scope":          {400, `{"error":"invalid_scope"}`, fault.Setup, "scopes"},
		"busy":           {503, `{"error":"temporarily_unavailable"}`, fault.Unavailable, "try again"},
		"inside 200":     {200, `{"error":"invalid_grant"}`, fault.Unauthenticated, "Again."},
		"something else": {400, `{"error":"hidden\u0000<script>"}`, fault.Setup, "gives no token"},
		"no token":       {200, `{"token":"hidden"}`, fault.Broken, "without a token"},
		"no JSON":        {200, `hidden`, fault.Broken, "something else"},
		"another kind":   {200, `{"access_token":"hidden","token_type":"mac"}`, fault.Broken, "kind"},
		"a line break":   {200, `{"access_token":"hidden\r\nX: y"}`, fault.Broken, "without a token"},
	}
	for name, c := range cases {
		var at string
		_ = client(t, status(c.status, "", c.body), func(cfg *rest.Config) { at = cfg.Base })
		e := rest.Endpoint{URL: at + "/token", ID: "id", Secret: "hidden", Again: "Again.", Declined: "Declined."}
		_, _, err := e.Ask(t.Context(), connection(http.DefaultTransport), nil, remote.Token{})
		if !fault.Is(err, c.kind) || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%s: %s %q, want %s %q", name, fault.KindOf(err), fault.Public(err), c.kind, c.says)
		}
		if err != nil && name != "something else" && strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: the error quotes: %v", name, err)
		}
		var ended rest.Ended
		if errors.As(err, &ended) != (c.says == "Again.") {
			t.Errorf("%s: ended is %v", name, ended)
		}
	}
}
