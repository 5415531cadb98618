package signin

import (
	"net/http"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// mePath is where people look after what is their own.
const mePath = "/me"

// MeView is everything that the personal page shows.
type MeView struct {
	Chrome   *ui.Chrome
	User     access.User
	Name     string // as typed
	Zone     string
	Problems map[string]string
	Password bool // there is one
	Sessions []SessionView
}

// SessionView is one signed-in browser.
type SessionView struct {
	ID      string
	Browser string // "" when it does not say
	System  string
	IP      string
	Seen    time.Time
	Since   time.Time
	Here    bool // it is the one that asks
}

// Me shows the reader's own page: GET /me.
func (d *Doors) Me(w http.ResponseWriter, r *http.Request, s access.Session) error {
	v, err := d.me(r, s)
	if err != nil {
		return err
	}
	if done := r.URL.Query().Get("done"); strings.Contains(" profile password ended others second ", " "+done+" ") {
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("me.done." + done)}
	}
	return ui.Show(w, r, http.StatusOK, mePage(v))
}

func (d *Doors) me(r *http.Request, s access.Session) (MeView, error) {
	c, err := d.personal(r, s)
	if err != nil {
		return MeView{}, err
	}
	u, stored, err := d.o.Users.UserByEmail(r.Context(), s.User.Email)
	if err != nil {
		return MeView{}, fault.At("look up the reader", err)
	}
	list, err := d.o.Own.SessionsOf(r.Context(), u.ID)
	if err != nil {
		return MeView{}, err
	}
	c.Title = c.T("me.title")
	v := MeView{Chrome: c, User: u, Name: u.Name, Zone: u.Zone, Password: stored != ""}
	for _, one := range list {
		browser, system := deviceOf(one.Agent)
		v.Sessions = append(v.Sessions, SessionView{ID: one.ID, Browser: browser, System: system, IP: one.IP, Seen: one.LastSeen, Since: one.Created, Here: one.ID == s.ID})
	}
	return v, nil
}

// personal is the frame of a page about the reader.
func (d *Doors) personal(r *http.Request, s access.Session) (*ui.Chrome, error) {
	var places []access.Membership
	if s.User.Staff == "" {
		var err error
		if places, err = d.o.Users.Memberships(r.Context(), s.User.ID); err != nil {
			return nil, fault.At("list accounts", err)
		}
	}
	return d.o.Personal(r, s.User, places), nil
}

type profileForm struct {
	Name string `form:"name" validate:"required,max=120"`
	Zone string `form:"zone" validate:"max=60"`
}

// SaveProfile keeps the reader's name and time zone: POST /me.
func (d *Doors) SaveProfile(w http.ResponseWriter, r *http.Request, s access.Session) error {
	var in profileForm
	err := form.Decode(w, r, &in)
	if err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	problems := fault.Fields(err)
	if _, wrong := time.LoadLocation(in.Zone); wrong != nil || in.Zone == "Local" {
		if problems == nil {
			problems = map[string]string{}
		}
		problems["zone"] = d.o.Frame(r).T("me.zone.wrong")
	}
	if len(problems) > 0 {
		v, err := d.me(r, s)
		if err != nil {
			return err
		}
		v.Name, v.Zone, v.Problems = in.Name, in.Zone, problems
		return ui.Show(w, r, http.StatusUnprocessableEntity, mePage(v))
	}
	if err := d.o.Own.SaveProfile(r.Context(), s.User.ID, in.Name, in.Zone); err != nil {
		return err
	}
	http.Redirect(w, r, mePath+"?done=profile", http.StatusSeeOther)
	return nil
}

type endForm struct {
	Session string `form:"session" validate:"required,max=64"`
}

// EndSession ends one of the reader's sessions: POST /me/sessions/end. That it has
// ended already is no mistake of theirs.
func (d *Doors) EndSession(w http.ResponseWriter, r *http.Request, s access.Session) error {
	var in endForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if in.Session == s.ID {
		return d.SignOut(w, r)
	}
	if err := d.o.Own.EndSessionOf(r.Context(), s.User.ID, in.Session); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	http.Redirect(w, r, mePath+"?done=ended#sessions", http.StatusSeeOther)
	return nil
}

// EndOthers ends every session of the reader but this one: POST /me/sessions/others.
func (d *Doors) EndOthers(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if err := d.o.Own.EndOtherSessions(r.Context(), s.User.ID, s.ID); err != nil {
		return err
	}
	http.Redirect(w, r, mePath+"?done=others#sessions", http.StatusSeeOther)
	return nil
}

// again signs the reader in anew in this browser, after what ended every session.
func (d *Doors) again(w http.ResponseWriter, r *http.Request, email string) error {
	u, _, err := d.o.Users.UserByEmail(r.Context(), email)
	if err != nil {
		return fault.At("look up the reader", err)
	}
	if err := d.o.Gate.Start(w, r, u); err != nil {
		return err
	}
	d.remember(w, u)
	return nil
}

// back leads to a path of this portal, or to the personal page.
func back(w http.ResponseWriter, r *http.Request, next string) {
	if next = session.Local(next); next == "" {
		next = mePath
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}
