package people

import (
	"encoding/json"
	"strings"

	"portico/portal/form"
	"portico/sync/access"
	"portico/sync/fault"
)

// mostRest is how many bytes may wait in a form beside the part that it shows.
const mostRest = form.MaxText * 3 / 4

// waiting is a line that waits, in a form that somebody could have changed.
type waiting struct {
	Number int         `json:"n,omitempty"`
	Email  string      `json:"e"`
	Name   string      `json:"a,omitempty"`
	Role   access.Role `json:"r"`
	Remark string      `json:"m,omitempty"`
}

// pack writes lines as a text for a form; "" for none. They wait there and nowhere
// else: a form that is open survives a restart of the portal, and nothing is kept of
// a list that somebody gave up.
func pack(lines []line) string {
	if len(lines) == 0 {
		return ""
	}
	rows := make([]waiting, len(lines))
	for i, l := range lines {
		rows[i] = waiting{l.Number, l.Email, l.Name, l.Role, l.Remark}
	}
	var out strings.Builder
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	_ = to.Encode(rows) // texts and numbers always can
	return strings.TrimSpace(out.String())
}

// unpack reads what pack wrote.
func unpack(text string) ([]line, error) {
	if text == "" {
		return nil, nil
	}
	var rows []waiting
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return nil, unread().Because("read the lines that wait", err)
	}
	if len(rows) > access.InvitesInList {
		return nil, unread()
	}
	out := make([]line, len(rows))
	for i, k := range rows {
		if !isAddress(k.Email) || len(k.Name) > 200 || !access.IsMemberRole(k.Role) {
			return nil, unread()
		}
		out[i] = line{Number: k.Number, Invitee: access.Invitee{Email: k.Email, Name: k.Name, Role: k.Role}, Remark: k.Remark}
	}
	return out, nil
}

func unread() *fault.Error {
	return fault.New(fault.Invalid, "The form could not be read. Go back and send it again.")
}

// parts is how many parts so many people make.
func parts(n int) int { return (n + access.InvitesAtOnce - 1) / access.InvitesAtOnce }
