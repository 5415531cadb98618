package connections

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Hearing is how a system's webhooks do.
type Hearing struct {
	Address string // that the system sends to
	Counts  run.HookCounts
}

// Hooking looks after what a system sends by itself. A secret is one of the
// connector's remote.WebhookSpec.
type Hooking interface {
	Hearing(ctx context.Context, id record.ConnectionID) (Hearing, error)
	// KeepHookSecret stores a secret; beside the one before, or instead of it.
	KeepHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name, text string, beside bool) error
	// MakeHookSecret makes one and returns it, for the one time that it is shown.
	MakeHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name string, beside bool) (string, error)
	ForgetHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name string) error
}

// hooksView is everything that the page of webhooks shows.
type hooksView struct {
	Chrome *ui.Chrome
	Detail
	Hearing
	Spec    remote.WebhookSpec
	Made    string // a secret that is shown now and never again
	MadeOf  remote.HookSecret
	Problem string
	Wrong   string // the name of the secret that the problem is about
}

// Hooks serves GET /admin/connections/{id}/hooks.
func (p *Pages) Hooks(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.hooksView(r, s)
	if err != nil {
		return err
	}
	parts.Said(v.Chrome, r)
	return ui.Show(w, r, http.StatusOK, hooksPage(v))
}

func (p *Pages) hooksView(r *http.Request, s access.Scope) (hooksView, error) {
	d, err := p.one(r)
	if err != nil {
		return hooksView{}, err
	}
	if d.Spec.Webhooks == nil {
		return hooksView{}, fault.New(fault.NotFound, "This system sends nothing by itself.")
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return hooksView{}, err
	}
	heard, err := p.o.Hooks.Hearing(r.Context(), d.ID)
	c.Title = c.T("hooks.of", d.Name)
	return hooksView{Chrome: c, Detail: d, Hearing: heard, Spec: *d.Spec.Webhooks}, err
}

// hookInput is what a form of a secret posts.
type hookInput struct {
	Name   string `form:"name" validate:"required,max=60"`
	Do     string `form:"do" validate:"required,oneof=keep make forget"`
	Text   string `form:"text" validate:"max=4000"`
	Beside bool   `form:"beside"`
}

// HookSecret serves POST /admin/connections/{id}/hooks. A secret that is made is shown
// by the answer itself, and never again.
func (p *Pages) HookSecret(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in hookInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	v, err := p.hooksView(r, s)
	if err != nil {
		return err
	}
	secret, ok := v.secret(in.Name)
	if !ok {
		return fault.New(fault.NotFound, "There is no such secret.")
	}
	here := parts.Of(v.ID) + "/hooks"
	switch in.Do {
	case "forget":
		if err := p.o.Hooks.ForgetHookSecret(r.Context(), s, v.ID, in.Name); err != nil {
			return err
		}
		return parts.Leads(w, r, here, "forgot")
	case "make":
		if !secret.Made {
			return fault.New(fault.Invalid, "This secret is made at the system.")
		}
		if v.Made, err = p.o.Hooks.MakeHookSecret(r.Context(), s, v.ID, in.Name, in.Beside); err != nil {
			return err
		}
		v.MadeOf = secret
		ages := map[string]time.Time{in.Name: v.Chrome.Now}
		for name, at := range v.Secrets {
			if name != in.Name {
				ages[name] = at
			}
		}
		v.Secrets = ages
		return ui.Show(w, r, http.StatusOK, hooksPage(v))
	}
	text := strings.TrimSpace(in.Text)
	if v.Problem = wrongHook(v.Chrome, text); v.Problem != "" {
		v.Wrong = in.Name
		return ui.Show(w, r, http.StatusUnprocessableEntity, hooksPage(v))
	}
	if err := p.o.Hooks.KeepHookSecret(r.Context(), s, v.ID, in.Name, text, in.Beside); err != nil {
		return err
	}
	return parts.Leads(w, r, here, "kept")
}

// wrongHook says what is wrong with a secret; it must be one word, because several that
// count are told apart by spaces.
func wrongHook(c *ui.Chrome, text string) string {
	switch {
	case text == "":
		return c.T("hooks.empty")
	case strings.ContainsAny(text, " \t"):
		return c.T("hooks.spaces")
	default:
		return remote.WrongSecret(text)
	}
}

func (v hooksView) secret(name string) (remote.HookSecret, bool) {
	for _, s := range v.Spec.Secrets {
		if s.Name == name {
			return s, true
		}
	}
	return remote.HookSecret{}, false
}

// wholeAddress is the address with the secret that was just made in it, or how one would
// stand in it.
func wholeAddress(v hooksView) string {
	for _, s := range v.Spec.Secrets {
		switch {
		case s.Query != "" && v.Made != "" && v.MadeOf.Name == s.Name:
			return v.Address + "?" + url.QueryEscape(s.Query) + "=" + url.QueryEscape(v.Made)
		case s.Query != "":
			return v.Address + "?" + url.QueryEscape(s.Query) + "=…"
		}
	}
	return v.Address
}

// heardWords sums up what came.
func heardWords(c *ui.Chrome, n run.HookCounts) string {
	return c.T("hooks.counts", c.Number(n.Taken), c.Number(n.Repeated), c.Number(n.Refused))
}

// entered says when a secret was entered, or that it was not.
func entered(c *ui.Chrome, ages map[string]time.Time, s remote.HookSecret) string {
	at, ok := ages[s.Name]
	switch {
	case ok:
		return c.T("hooks.entered", c.Exact(at))
	case s.Optional:
		return c.T("hooks.optional")
	case s.Learned:
		return c.T("hooks.learned")
	default:
		return c.T("hooks.missing")
	}
}

func hookLabel(c *ui.Chrome, s remote.HookSecret, kept bool) string {
	if kept {
		return c.T("hooks.another", s.Label)
	}
	return s.Label
}

func hookProblem(v hooksView, s remote.HookSecret) string {
	if v.Wrong == s.Name {
		return v.Problem
	}
	return ""
}

func hookVerb(c *ui.Chrome, verb string, kept bool) string {
	if kept {
		return c.T("hooks." + verb + ".another")
	}
	return c.T("hooks." + verb)
}
