package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"portico/sync/apikey"
)

func (f *fake) Keys(context.Context) ([]apikey.Key, error) {
	return []apikey.Key{{ID: "key-1", Name: "Books", Start: "portico_abc", Scopes: []apikey.Scope{apikey.TicketsRead}, Revoked: time.Unix(1, 0), By: "Amara"}}, f.call("keys")
}

func (f *fake) AddKey(_ context.Context, k apikey.Key, accounts []string) (apikey.Key, string, error) {
	err := f.call("add key %s %v %v until %s", k.Name, k.Scopes, accounts, until(k.Expires))
	k.ID = "key-2"
	return k, "portico_secret", err
}

func (f *fake) RevokeKey(_ context.Context, name string) (apikey.Key, error) {
	return apikey.Key{ID: "key-1", Name: name}, f.call("revoke %s", name)
}

func TestAPIKeysByCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, call, says string }{
		{"api-key list", "keys", "portico_abc…  revoked  never    never  Amara"},
		{"api-key list --json", "keys", `"scopes": "tickets:read"`},
		{"api-key add Books --scope tickets:read --account Nordwind --until 2027-12-31", "add key Books [tickets:read] [Nordwind] until 2028-01-01 00:00Z", "shown only now: portico_secret"},
		{"api-key add Books --scope tickets:read", "add key Books [tickets:read] [] until never", "Made Books (key-2)"},
		{"api-key revoke Books", "revoke Books", "Books (key-1) opens nothing"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f}.run(t, strings.Fields(c.args)...)
			if code != 0 || len(f.calls) != 1 || f.calls[0] != c.call || !strings.Contains(out, c.says) {
				t.Errorf("code %d, calls %q\n%s%s", code, f.calls, out, errs)
			}
		})
	}
	f := &fake{}
	if code, _, errs := (shell{fake: f}).run(t, "api-key", "add", "Books", "--until", "tomorrow"); code != exitUsage || !strings.Contains(errs, "2027-12-31") {
		t.Errorf("code %d %s", code, errs)
	}
}
