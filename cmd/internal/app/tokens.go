package app

import (
	"context"
	"encoding/json"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/vault"
)

// tokens are what a connection is signed in with, stored and sealed, for everybody
// who works on it.
func (a *App) tokens(sys *store.System, id record.ConnectionID) remote.Tokens {
	return keptTokens{sys, a.vault, id}
}

type keptTokens struct {
	sys   *store.System
	vault *vault.Vault
	id    record.ConnectionID
}

// tokenPlace is where a token belongs in the vault.
func tokenPlace(id record.ConnectionID) vault.Place {
	return vault.Place{Purpose: "connection token", Connection: id}
}

// sealToken is a token as it is stored.
func sealToken(v *vault.Vault, id record.ConnectionID, t remote.Token) (store.SealedToken, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return store.SealedToken{}, fault.Wrap(fault.Internal, "encode token", err)
	}
	box, err := v.Seal(tokenPlace(id), vault.NewSecret(string(data)))
	return store.SealedToken{Version: t.Version, Sealed: []byte(box), SignedIn: t.SignedIn, Got: t.Got, Expires: t.Expires,
		RefreshEnds: t.RefreshEnds, Ended: t.Ended}, err
}

// Load implements remote.Tokens.
func (k keptTokens) Load(ctx context.Context) (remote.Token, error) {
	s, err := k.sys.Token(ctx, k.id)
	if err != nil || len(s.Sealed) == 0 {
		return remote.Token{Version: s.Version}, err
	}
	text, err := k.vault.Open(tokenPlace(k.id), string(s.Sealed))
	if err != nil {
		return remote.Token{}, err
	}
	var t remote.Token
	if err := json.Unmarshal([]byte(text.Reveal()), &t); err != nil {
		return remote.Token{}, fault.New(fault.Internal, "").Because("decode token", err)
	}
	t.Version = s.Version
	return t, nil
}

// Lease implements remote.Tokens.
func (k keptTokens) Lease(ctx context.Context, version int64, lasts time.Duration) (bool, error) {
	return k.sys.LeaseToken(ctx, k.id, version, lasts)
}

// Swap implements remote.Tokens.
func (k keptTokens) Swap(ctx context.Context, version int64, next remote.Token) (bool, error) {
	sealed, err := sealToken(k.vault, k.id, next)
	if err != nil {
		return false, err
	}
	return k.sys.SwapToken(ctx, k.id, version, sealed)
}

// Free implements remote.Tokens.
func (k keptTokens) Free(ctx context.Context, version int64) error {
	return k.sys.FreeToken(ctx, k.id, version)
}
