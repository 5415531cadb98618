package people

import (
	"net/http"
	"strconv"

	"portico/portal/form"
	"portico/sync/access"
	"portico/sync/fault"
)

type sendInput struct {
	Key    string   `form:"key" validate:"required,max=100"`
	Part   int      `form:"part"`
	Emails []string `form:"email"`
	Names  []string `form:"name"`
	Roles  []string `form:"role"`
	Picks  []string `form:"pick"` // places in the lists
	Rest   string   `form:"rest"` // who comes in the parts after this one
}

// Send invites who was reviewed, and shows the next part of a long list: POST
// /a/{account}/people/many/send. All parts have one key, so that the same form a
// second time, or after it is not known what became of the first, invites nobody
// again; it leads to the same next part.
func (p *Pages) Send(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in sendInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	lines, err := in.lines()
	if err != nil {
		return err
	}
	rest, err := unpack(in.Rest)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	v := reviewView{Chrome: c, Key: in.Key, Part: min(max(in.Part, 1), parts(access.InvitesInList))}
	var out []access.Invited
	if who := picked(lines); len(who) > 0 {
		out, err = p.o.Invitations.Invite(r.Context(), s, s.Account(), who, in.Key, from(r))
	}
	if err != nil {
		if !correctable(err) {
			return err
		}
		v.Good, v.Problem = lines, fault.Public(err)
		return v.wait(rest).show(w, r, s, status(err))
	}
	done := 0
	for _, o := range out {
		if o.Done {
			done++
			continue
		}
		v.Refused = append(v.Refused, line{Invitee: o.Invitee, Problem: c.T("people.why", o.Email, c.T("people.why."+string(o.Why)))})
	}
	if len(v.Refused) == 0 && len(rest) == 0 {
		to := base(s.Account())
		if done > 0 || in.Part > 1 {
			to += "?done=" + invitedWord(c)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	v.Done = c.N("bulk.done", done)
	if len(rest) > 0 {
		v.Part++
	}
	return v.next(rest).show(w, r, s, http.StatusOK)
}

// lines are those of the form, ticked or not.
func (in sendInput) lines() ([]line, error) {
	if len(in.Emails) != len(in.Names) || len(in.Emails) != len(in.Roles) {
		return nil, unread()
	}
	out := make([]line, len(in.Emails))
	for i := range out {
		out[i] = line{Invitee: access.Invitee{Email: in.Emails[i], Name: in.Names[i], Role: access.Role(in.Roles[i])}, Off: true}
	}
	for _, pick := range in.Picks {
		i, err := strconv.Atoi(pick)
		if err != nil || i < 0 || i >= len(out) {
			return nil, unread()
		}
		out[i].Off = false
	}
	return out, nil
}

// picked are those of the lines that are ticked.
func picked(lines []line) []access.Invitee {
	var out []access.Invitee
	for _, l := range lines {
		if !l.Off {
			out = append(out, l.Invitee)
		}
	}
	return out
}
