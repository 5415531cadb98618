package store

import (
	"context"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type keyRow struct {
	ID                                      apikey.ID
	Name, Start, Scopes, Accounts, MadeBy   string
	CreatedAt, ExpiresAt, UsedAt, RevokedAt moment
}

const selectKey = "SELECT id, name, start, scopes, accounts, made_by, created_at, expires_at, used_at, revoked_at FROM api_keys "

func (r keyRow) key() (apikey.Key, error) {
	k := apikey.Key{ID: r.ID, Name: r.Name, Start: r.Start, By: r.MadeBy, Created: r.CreatedAt.Time,
		Expires: r.ExpiresAt.Time, Used: r.UsedAt.Time, Revoked: r.RevokedAt.Time}
	for s := range strings.FieldsSeq(r.Scopes) {
		k.Scopes = append(k.Scopes, apikey.Scope(s))
	}
	for text := range strings.FieldsSeq(r.Accounts) {
		id, err := record.ParseAccountID(text)
		if err != nil {
			return k, fault.Wrap(fault.Internal, "read the accounts of a key", err)
		}
		k.Accounts = append(k.Accounts, id)
	}
	return k, nil
}

// CreateKey adds an API key by the hash of its token. The accounts that it is
// restricted to must exist; an id that is taken is fault.Conflict.
func (y *System) CreateKey(ctx context.Context, k apikey.Key, token [32]byte) error {
	if err := k.Check(y.now()); err != nil {
		return err
	}
	scopes, accounts := make([]string, len(k.Scopes)), make([]string, len(k.Accounts))
	for i, s := range k.Scopes {
		scopes[i] = string(s)
	}
	for i, a := range k.Accounts {
		accounts[i] = a.String()
	}
	entry := administered(audit.KeyMade, y.now(), string(k.ID), "name", k.Name, "start", k.Start, "scopes", strings.Join(scopes, " "), "accounts", strings.Join(accounts, " "))
	return y.administer(ctx, entry, func(ctx context.Context, tx *scoped.Tx) error {
		var taken int
		if err := tx.Find(ctx, &taken, "SELECT count(*) FROM api_keys WHERE id = ?", k.ID); err != nil || taken > 0 {
			return fault.At("look for the same key", madeBefore(err))
		}
		for _, a := range k.Accounts {
			var there int
			if err := tx.Find(ctx, &there, "SELECT count(*) FROM accounts WHERE id = ?", a); err != nil || there == 0 {
				return fault.At("look for the accounts of a key", noAccount(err))
			}
		}
		_, err := tx.Run(ctx, `INSERT INTO api_keys (id, token_hash, name, start, scopes, accounts, made_by, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, token[:], plain(k.Name), k.Start, strings.Join(scopes, " "), strings.Join(accounts, " "), plain(k.By), at(y.now()), at(k.Expires))
		return fault.At("create API key", err)
	})
}

func madeBefore(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "This form has made a key, which was shown once. Make another one if you have lost it.")
}

func noAccount(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, "Please correct what is marked.").Field("accounts", "There is no such account.")
}

// Keys lists every API key, the newest first.
func (y *System) Keys(ctx context.Context) ([]apikey.Key, error) {
	return y.keys(ctx, "ORDER BY created_at DESC, id DESC")
}

// Key returns one API key; fault.NotFound when there is none.
func (y *System) Key(ctx context.Context, id apikey.ID) (apikey.Key, error) {
	list, err := y.keys(ctx, "WHERE id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "There is no such API key.")
	}
	if err != nil {
		return apikey.Key{}, err
	}
	return list[0], nil
}

func (y *System) keys(ctx context.Context, which string, args ...any) ([]apikey.Key, error) {
	var rows []keyRow
	if err := y.db.Find(ctx, &rows, selectKey+which, args...); err != nil {
		return nil, fault.At("read API keys", err)
	}
	out := make([]apikey.Key, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.key(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EnterKey returns the good key of a token; fault.Unauthenticated when there is
// none, or it is over. That it is used is written once a minute at most.
func (y *System) EnterKey(ctx context.Context, token [32]byte) (apikey.Key, error) {
	now := y.now()
	list, err := y.keys(ctx, "WHERE token_hash = ?", token[:])
	switch {
	case err != nil:
		return apikey.Key{}, err
	case len(list) == 0:
		return apikey.Key{}, fault.New(fault.Unauthenticated, "This API key is not known.")
	}
	k := list[0]
	switch k.State(now) {
	case apikey.Revoked:
		return apikey.Key{}, fault.New(fault.Unauthenticated, "This API key was revoked.")
	case apikey.Expired:
		return apikey.Key{}, fault.New(fault.Unauthenticated, "This API key has expired.")
	}
	if now.Sub(k.Used) < time.Minute {
		return k, nil
	}
	err = y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE api_keys SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at <= ?)", at(now), k.ID, at(now.Add(-time.Minute)))
		return err
	})
	return k, fault.At("note that a key is used", err)
}

// RevokeKey ends a key at once. What it asked for and was not sent yet is refused
// when the worker looks at its rights. A second time is fault.Conflict.
func (y *System) RevokeKey(ctx context.Context, id apikey.ID) error {
	k, err := y.Key(ctx, id)
	if err != nil {
		return err
	}
	return y.administer(ctx, administered(audit.KeyRevoked, y.now(), string(id), "name", k.Name), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at(y.now()), id)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This key was revoked before.")
		}
		return fault.At("revoke API key", err)
	})
}

// keyRights is Rights for what a program asked for.
func (y *System) keyRights(ctx context.Context, a action.Action) (access.User, access.Role, error) {
	k, err := y.Key(ctx, apikey.ID(a.Actor.User))
	if err == nil && (k.State(y.now()) != apikey.Good || !k.May(apikey.ToAsk(a.Kind)) || !k.Reaches(a.Account)) {
		err = fault.New(fault.NotFound, "The API key that asked for this is no longer good, so it was not sent.")
	}
	if err != nil {
		return access.User{}, "", err
	}
	return access.User{ID: string(k.ID), Name: k.Display()}, access.Service, y.theirs(ctx, a)
}
