package app

import (
	"context"
	"strings"

	"portico/portal"
	"portico/portal/admin/keys"
	"portico/portal/admin/letters"
	"portico/portal/admin/webhooks"
	"portico/portal/api"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/vault"
)

// integrate adds the pages of what other programs use.
func (a *App) integrate(to *portal.Pages, s *store.Store, nudge func(context.Context, string), frame ui.Framer) {
	k := keys.New(keys.Options{Keys: keyring{s.System()}, Accounts: s.Staff(), Frame: frame, Base: a.cfg.URL(), Now: a.now})
	to.Integration.Keys, to.Integration.KeyForm, to.Integration.KeyCreate = k.List, k.Form, k.Create
	to.Integration.KeyAskRevoke, to.Integration.KeyRevoke, to.Integration.Guide = k.AskRevoke, k.Revoke, k.Explain
	told := subscribers{s.System(), a}
	h := webhooks.New(webhooks.Options{Endpoints: told, Care: told, Deliveries: told, Accounts: s.Staff(), Frame: frame, Now: a.now})
	to.Integration.Webhooks = portal.Webhooks{
		List: h.List, Form: h.Form, Create: h.Create, Show: h.Show, Edit: h.Edit, Change: h.Change, Switch: h.Switch, Test: h.Test,
		AskRotate: h.AskRotate, Rotate: h.Rotate, AskRemove: h.AskRemove, Remove: h.Remove, Resend: h.Resend, ResendFailed: h.ResendFailed,
	}
	x := letters.New(letters.Options{Actions: rulings{s.System(), nudge}, Frame: frame})
	to.Integration.Held = portal.Held{List: x.List, Show: x.Show, Retry: x.Retry, Amend: x.Amend, Discard: x.Discard}
}

// rulings is what the pages of held actions are given.
type rulings struct {
	*store.System
	nudge func(ctx context.Context, id string)
}

// Revive tries an action again in the name of who decides, and starts on it at once.
func (u rulings) Revive(ctx context.Context, s access.Scope, r action.Ruling) error {
	err := u.As(s, origin(ctx)).Revive(ctx, r)
	if err == nil {
		u.nudge(context.WithoutCancel(ctx), r.ID.String())
	}
	return err
}

// Discard gives an action up in the name of who decides.
func (u rulings) Discard(ctx context.Context, s access.Scope, r action.Ruling) error {
	return u.As(s, origin(ctx)).Discard(ctx, r)
}

// programs is the API.
func (a *App) programs(s *store.Store, d desk) (*api.API, error) {
	o, err := a.programOptions(s, d)
	if err != nil {
		return nil, err
	}
	return api.New(o)
}

// programOptions are what the API works with.
func (a *App) programOptions(s *store.Store, d desk) (api.Options, error) {
	key, err := a.vault.Derive("api cursors")
	if err != nil {
		return api.Options{}, err
	}
	sys := s.System()
	told := subscribers{sys, a}
	return api.Options{
		Keys: sys, Answers: sys, Accounts: sys, Records: s.Account(), Papers: s.Account(), Actions: d, Approvals: d, People: askers{sys}, Endpoints: told, Deliveries: told,
		Files: library{a.files, sources{a, sys, a.log}}, Uploads: a.files, Download: ui.Download, Able: a.able(sys),
		Seal: func(x apikey.Answer, body string) (string, error) {
			return a.vault.Seal(answerPlace(x), vault.NewSecret(body))
		},
		Open: func(x apikey.Answer) (string, error) {
			body, err := a.vault.Open(answerPlace(x), x.Body)
			return body.Reveal(), err
		},
		CursorKey: key, Base: strings.TrimSuffix(a.cfg.URL(), "/"), Log: a.log, Now: a.now,
	}, nil
}

// answerPlace is where a kept answer belongs in the vault.
func answerPlace(x apikey.Answer) vault.Place {
	return vault.Place{Purpose: "api answer", Field: string(x.Key) + " " + x.Seed}
}

// askers lists whom a program may ask in an account that its key reaches.
type askers struct{ sys *store.System }

// Deciders lists whom a program may ask.
func (k askers) Deciders(ctx context.Context, s access.Scope, account record.AccountID) ([]approval.Person, error) {
	if !s.IsService() || !s.Acts(record.KindApproval) || !s.Covers(account) {
		return nil, fault.New(fault.NotFound, "")
	}
	return k.sys.Deciders(ctx, account)
}
