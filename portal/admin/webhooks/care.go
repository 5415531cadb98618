package webhooks

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/delivery"
	"portico/sync/fault"
)

func id(r *http.Request) delivery.EndpointID { return delivery.EndpointID(r.PathValue("endpoint")) }

// back leads to the endpoint, which then says what was done.
func back(w http.ResponseWriter, r *http.Request, what string) error {
	http.Redirect(w, r, path(id(r))+"?done="+what, http.StatusSeeOther) //nolint:gosec // the id is escaped behind a path of our own
	return nil
}

type switchInput struct {
	On bool `form:"on"`
}

// Switch serves POST /admin/webhooks/{endpoint}/switch.
func (p *Pages) Switch(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in switchInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if err := p.o.Care.SwitchEndpoint(r.Context(), s, id(r), in.On); err != nil {
		return err
	}
	return back(w, r, map[bool]string{true: "on", false: "off"}[in.On])
}

// Test serves POST /admin/webhooks/{endpoint}/test.
func (p *Pages) Test(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	if _, err := p.o.Care.TestEndpoint(r.Context(), id(r)); err != nil {
		return err
	}
	return back(w, r, "test")
}

type resendInput struct {
	Delivery string `form:"delivery" validate:"required,max=60"`
}

// Resend serves POST /admin/webhooks/{endpoint}/resend: one delivery.
func (p *Pages) Resend(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	var in resendInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if err := p.o.Care.ResendOf(r.Context(), id(r), delivery.ID(in.Delivery)); err != nil {
		return err
	}
	return back(w, r, "again")
}

type sinceInput struct {
	Days int `form:"days" validate:"min=1,max=30"`
}

// ResendFailed serves POST /admin/webhooks/{endpoint}/resend-failed: all that was
// given up lately.
func (p *Pages) ResendFailed(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	var in sinceInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	n, err := p.o.Care.ResendFailed(r.Context(), id(r), p.o.Now().Add(-time.Duration(in.Days)*24*time.Hour))
	if err != nil {
		return err
	}
	return back(w, r, map[bool]string{true: "again", false: "none"}[n > 0])
}

type askView struct {
	Chrome   *ui.Chrome
	Endpoint delivery.Endpoint
	Seed     string // makes a form that is sent twice one new secret
}

// AskRotate serves GET /admin/webhooks/{endpoint}/rotate: it asks, and changes nothing.
func (p *Pages) AskRotate(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, e, err := p.one(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("webhooks.rotate.title", name(e))
	return ui.Show(w, r, http.StatusOK, rotatePage(askView{c, e, uuid.NewString()}))
}

type rotateInput struct {
	Seed string `form:"seed" validate:"required,uuid"`
}

type secretView struct {
	Chrome   *ui.Chrome
	Endpoint delivery.Endpoint
	Secret   string
	Word     string // of the heading
}

// Rotate serves POST /admin/webhooks/{endpoint}/rotate and shows the new secret.
func (p *Pages) Rotate(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in rotateInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	c, e, err := p.one(r, s)
	if err != nil {
		return err
	}
	secret, err := p.o.Care.RotateEndpoint(r.Context(), s, e.ID, "page "+in.Seed)
	if err != nil {
		return err
	}
	c.Title = c.T("webhooks.rotated")
	return ui.Show(w, r, http.StatusOK, secretPage(secretView{c, e, secret, "webhooks.rotated"}))
}

// AskRemove serves GET /admin/webhooks/{endpoint}/remove: it asks, and changes nothing.
func (p *Pages) AskRemove(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, e, err := p.one(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("webhooks.remove.title", name(e))
	return ui.Show(w, r, http.StatusOK, removePage(askView{Chrome: c, Endpoint: e}))
}

// Remove serves POST /admin/webhooks/{endpoint}/remove. That somebody was faster is
// what was asked for.
func (p *Pages) Remove(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := p.o.Endpoints.RemoveEndpoint(r.Context(), s, id(r)); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	http.Redirect(w, r, Path+"?done=removed", http.StatusSeeOther)
	return nil
}
