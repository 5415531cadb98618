package signin

import (
	"net/http"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/fault"
)

// DemoPerson is somebody of the demo who is signed in by a token that was made
// at this start of the program.
type DemoPerson struct {
	Token string
	Email string
	Name  string
	About string // who that is and what to look at, one sentence
}

type demoForm struct {
	Token string `form:"token" validate:"max=100"`
	Next  string `form:"next" validate:"max=2000"`
}

// HasDemo reports whether the demo's doors are to be mounted.
func (d *Doors) HasDemo() bool { return len(d.demo) > 0 }

// Demo lists the people of the demo. Its door is for who sits at this machine.
func (d *Doors) Demo(w http.ResponseWriter, r *http.Request) error {
	c := d.o.Frame(r)
	c.Title = c.T("demo.title")
	return ui.Show(w, r, http.StatusOK, demoPage(c, d.o.Demo))
}

// DemoSignIn signs in as one of them. Its door is for who sits at this machine.
func (d *Doors) DemoSignIn(w http.ResponseWriter, r *http.Request) error {
	var in demoForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	p, ok := d.demo[session.Hash(in.Token)]
	if !ok {
		return fault.New(fault.Forbidden, "This link belongs to an earlier start of the demo. Take one from the list that this start has printed.")
	}
	u, _, err := d.o.Users.UserByEmail(r.Context(), p.Email)
	if err != nil {
		return fault.At("look up the person of the demo", err)
	}
	return d.letIn(w, r, u, "demo", in.Next)
}
