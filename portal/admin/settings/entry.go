package settings

import (
	"context"
	"net/http"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// EntryPath is where the page is.
const EntryPath = "/admin/sign-in"

// Entry is what is asked of people who sign in.
type Entry struct {
	StaffSecondStep bool `form:"staff_second_step" json:"staff_second_step"`
}

// EntryChange is what a form asks for.
type EntryChange struct {
	Seen  int // version that the form was made from
	Entry Entry
}

// Entries keeps what is asked of people who sign in. It is safe for concurrent use.
// A version that is not the newest any more is fault.Conflict.
type Entries interface {
	Entry(ctx context.Context) (State[Entry], error)
	SaveEntry(ctx context.Context, s access.Scope, c EntryChange) error
}

type entryInput struct {
	StaffSecondStep bool `form:"staff_second_step"`
	Version         int  `form:"version" validate:"min=0"`
}

// entryView is everything that the page shows.
type entryView struct {
	Chrome  *ui.Chrome
	State   State[Entry]
	Typed   Entry
	Problem string
}

// Entry serves the page: GET /admin/sign-in.
func (p *Pages) Entry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.entryView(r, s)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	return show(w, r, http.StatusOK, entryPage(v))
}

func (p *Pages) entryView(r *http.Request, s access.Scope) (entryView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return entryView{}, err
	}
	now, err := p.o.Entry.Entry(r.Context())
	if err != nil {
		return entryView{}, err
	}
	c.Title = c.T("settings.entry.title")
	return entryView{Chrome: c, State: now, Typed: now.Value}, nil
}

// SaveEntry keeps what was chosen, of somebody who has just proved who they are:
// POST /admin/sign-in.
func (p *Pages) SaveEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := session.Fresh(r.Context()); err != nil {
		return err
	}
	var in entryInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	err := p.o.Entry.SaveEntry(r.Context(), s, EntryChange{Seen: in.Version, Entry: Entry{StaffSecondStep: in.StaffSecondStep}})
	if err == nil {
		return saved(w, r, EntryPath)
	}
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	v, again := p.entryView(r, s)
	if again != nil {
		return again
	}
	v.Typed.StaffSecondStep, v.Problem = in.StaffSecondStep, fault.Public(err)
	return show(w, r, http.StatusConflict, entryPage(v))
}
