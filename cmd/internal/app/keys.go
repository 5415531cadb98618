package app

import (
	"context"

	"portico/sync/access"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/store"
)

// Keys lists the API keys, the newest first.
func (a *App) Keys(ctx context.Context) ([]apikey.Key, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.Keys(ctx)
}

// AddKey makes an API key for the named accounts, or for all of them when none is
// named. The token is returned once and never shown again.
func (a *App) AddKey(ctx context.Context, k apikey.Key, accounts []string) (apikey.Key, string, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return k, "", err
	}
	for _, name := range accounts {
		info, err := accountNamed(ctx, sys, name)
		if err != nil {
			return k, "", err
		}
		k.Accounts = append(k.Accounts, info.ID)
	}
	k.ID, k.By = apikey.NewID(), "command line"
	return addKey(ctx, sys, k)
}

func addKey(ctx context.Context, sys *store.System, k apikey.Key) (apikey.Key, string, error) {
	token, start := apikey.NewToken()
	hash, _ := apikey.Hash(token)
	k.Start = start
	if err := sys.CreateKey(ctx, k, hash); err != nil {
		return k, "", err
	}
	return k, token, nil
}

// RevokeKey ends an API key, by its id or, where only one is called so, its name.
func (a *App) RevokeKey(ctx context.Context, name string) (apikey.Key, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return apikey.Key{}, err
	}
	all, err := sys.Keys(ctx)
	if err != nil {
		return apikey.Key{}, err
	}
	var found []apikey.Key
	for _, k := range all {
		if string(k.ID) == name || k.Name == name && k.Revoked.IsZero() {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		return apikey.Key{}, fault.Newf(fault.NotFound, "There is no API key %q. `portico api-key list` names them.", name)
	case 1:
		return found[0], sys.RevokeKey(ctx, found[0].ID)
	default:
		return apikey.Key{}, fault.Newf(fault.Conflict, "%d API keys are named %q. Use the id instead.", len(found), name)
	}
}

// keyring is what the page of API keys is given.
type keyring struct{ *store.System }

// AddKey makes a key that is signed with who made it.
func (r keyring) AddKey(ctx context.Context, s access.Scope, k apikey.Key) (string, error) {
	if err := access.Administer(s); err != nil {
		return "", err
	}
	k.By = s.Name()
	_, token, err := addKey(ctx, r.As(s, origin(ctx)), k)
	return token, err
}

// RevokeKey ends a key, in the name of who does.
func (r keyring) RevokeKey(ctx context.Context, s access.Scope, id apikey.ID) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	return r.As(s, origin(ctx)).RevokeKey(ctx, id)
}
