package signin

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/totp"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// The second step's page, and how many recovery codes of which length there are.
const (
	secondPath     = mePath + "/second-step"
	recoveryCodes  = 10
	recoveryLength = 16
	// offerLife is how long somebody may take to set it up.
	offerLife = time.Hour
)

// offer is a second step that was shown and not confirmed yet. It crosses the form
// sealed for its reader, so that nothing is kept of what nobody finishes.
type offer struct {
	Base32 string    `json:"base32,omitempty"` // what is shared; "" when only codes are renewed
	Codes  []string  `json:"codes"`
	Made   time.Time `json:"made"`
}

func (o offer) hashes(user string) [][32]byte {
	out := make([][32]byte, len(o.Codes))
	for i, code := range o.Codes {
		out[i] = recoveryHash(user, code)
	}
	return out
}

// EnrolView is what the pages of the second step show.
type EnrolView struct {
	Chrome  *ui.Chrome
	Next    string
	Sealed  string // the offer
	Offer   offer
	Address string // for an authenticator
	Size    int    // of the picture
	Path    string
	Problem string
	Demand  bool // the provider asks staff for it
	Step    access.SecondStep
}

func (d *Doors) enrolView(r *http.Request, s access.Session) (EnrolView, error) {
	c, err := d.personal(r, s)
	if err != nil {
		return EnrolView{}, err
	}
	c.Title = c.T("second.title")
	return EnrolView{Chrome: c, Next: session.Local(r.URL.Query().Get("next")), Demand: d.demands(r, s.User)}, nil
}

// demands reports whether the reader may not go without.
func (d *Doors) demands(r *http.Request, u access.User) bool {
	return u.Staff != "" && d.o.Demands(r.Context())
}

// SecondStep shows how it stands with the reader's second step: GET /me/second-step.
func (d *Doors) SecondStep(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if !s.User.SecondStep {
		target := secondPath + "/new"
		if next := session.Local(r.URL.Query().Get("next")); next != "" {
			target += "?next=" + url.QueryEscape(next)
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
		return nil
	}
	v, err := d.enrolView(r, s)
	if err != nil {
		return err
	}
	if v.Step, err = d.o.Steps.SecondStep(r.Context(), s.User.ID); err != nil {
		return err
	}
	switch done := r.URL.Query().Get("done"); done {
	case "on", "codes":
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("second.done." + done)}
	}
	return ui.Show(w, r, http.StatusOK, secondStepPage(v))
}

// Enrol shows a fresh secret and fresh recovery codes: GET /me/second-step/new.
func (d *Doors) Enrol(w http.ResponseWriter, r *http.Request, s access.Session) error {
	return d.offer(w, r, s, offer{Base32: totp.NewSecret(), Codes: newRecovery(), Made: d.o.Now()})
}

// Recovery shows fresh recovery codes: GET /me/second-step/codes.
func (d *Doors) Recovery(w http.ResponseWriter, r *http.Request, s access.Session) error {
	return d.offer(w, r, s, offer{Codes: newRecovery(), Made: d.o.Now()})
}

func newRecovery() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = session.NewCode(recoveryLength)
	}
	return codes
}

func (d *Doors) offer(w http.ResponseWriter, r *http.Request, s access.Session, o offer) error {
	if err := session.Fresh(r.Context()); err != nil {
		return err
	}
	v, err := d.enrolView(r, s)
	if err != nil {
		return err
	}
	data, err := json.Marshal(o)
	if err != nil {
		return fault.Wrap(fault.Internal, "keep the offer of a second step", err)
	}
	if v.Sealed, err = d.o.Seal("offer of "+s.User.ID, string(data)); err != nil {
		return err
	}
	return d.showOffer(w, r, http.StatusOK, v, s.User, o)
}

func (d *Doors) showOffer(w http.ResponseWriter, r *http.Request, status int, v EnrolView, u access.User, o offer) error {
	v.Offer = o
	if o.Base32 == "" {
		return ui.Show(w, r, status, recoveryPage(v))
	}
	v.Address = totp.Address(v.Chrome.Provider.Name, u.Email, o.Base32)
	var err error
	if v.Size, v.Path, err = totp.Picture(v.Address); err != nil {
		v.Size = 0 // the secret stands beside it in letters
	}
	return ui.Show(w, r, status, enrolPage(v))
}

type enrolForm struct {
	Sealed string `form:"sealed" validate:"max=4000"`
	Code   string `form:"code" validate:"max=100"`
	Next   string `form:"next" validate:"max=2000"`
}

// taken reads an offer back from its form; false when it is too old or another's.
func (d *Doors) taken(w http.ResponseWriter, r *http.Request, u access.User) (in enrolForm, o offer, ok bool, err error) {
	if err := session.Fresh(r.Context()); err != nil {
		return in, o, false, err
	}
	if err := form.Decode(w, r, &in); err != nil {
		return in, o, false, err
	}
	text, opened := d.o.Open("offer of "+u.ID, in.Sealed)
	ok = opened == nil && json.Unmarshal([]byte(text), &o) == nil && d.o.Now().Before(o.Made.Add(offerLife))
	return in, o, ok, nil
}

// Enrolled sets the second step up when a code shows that the reader's
// authenticator has the secret: POST /me/second-step/new.
func (d *Doors) Enrolled(w http.ResponseWriter, r *http.Request, s access.Session) error {
	in, o, ok, err := d.taken(w, r, s.User)
	if err != nil {
		return err
	}
	if !ok || o.Base32 == "" {
		http.Redirect(w, r, secondPath+"/new", http.StatusSeeOther)
		return nil
	}
	step, right, err := totp.Find(o.Base32, session.Typed(in.Code), d.o.Now(), 0)
	if err != nil {
		return fault.Wrap(fault.Internal, "compare a code", err)
	}
	if !right {
		v, err := d.enrolView(r, s)
		if err != nil {
			return err
		}
		v.Sealed, v.Next, v.Problem = in.Sealed, session.Local(in.Next), v.Chrome.T("second.code.wrong")
		return d.showOffer(w, r, http.StatusUnprocessableEntity, v, s.User, o)
	}
	sealed, err := d.o.Seal(s.User.ID, o.Base32)
	if err != nil {
		return err
	}
	if err := d.o.Enrolment.StartSecondStep(r.Context(), s.User.ID, access.SecondStep{Sealed: sealed, Last: step}, o.hashes(s.User.ID), s.ID); err != nil {
		return err
	}
	d.o.Mailer.SecondStep(s.User, true, d.o.Now())
	if err := d.again(w, r, s.User.Email); err != nil {
		return err
	}
	if in.Next = session.Local(in.Next); in.Next == "" {
		in.Next = secondPath + "?done=on"
	}
	back(w, r, in.Next)
	return nil
}

// Recovered puts fresh recovery codes in the place of the old: POST
// /me/second-step/codes.
func (d *Doors) Recovered(w http.ResponseWriter, r *http.Request, s access.Session) error {
	_, o, ok, err := d.taken(w, r, s.User)
	if err != nil {
		return err
	}
	if !ok {
		http.Redirect(w, r, secondPath+"/codes", http.StatusSeeOther)
		return nil
	}
	if err := d.o.Enrolment.NewRecoveryCodes(r.Context(), s.User.ID, o.hashes(s.User.ID)); err != nil {
		return err
	}
	http.Redirect(w, r, secondPath+"?done=codes", http.StatusSeeOther)
	return nil
}

// Unenrol takes the second step away: POST /me/second-step/off.
func (d *Doors) Unenrol(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if err := session.Fresh(r.Context()); err != nil {
		return err
	}
	if d.demands(r, s.User) {
		return fault.New(fault.Forbidden, "Staff sign in with a second step here. You can replace yours by another.")
	}
	err := d.o.Enrolment.EndSecondStep(r.Context(), s.User.ID, s.User.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		d.o.Mailer.SecondStep(s.User, false, d.o.Now())
	}
	http.Redirect(w, r, mePath+"?done=second", http.StatusSeeOther)
	return nil
}
