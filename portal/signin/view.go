package signin

import (
	"strings"

	"github.com/a-h/templ"

	"portico/portal/session"
	"portico/portal/ui"
)

// zones are those that a reader is offered (IANA); any other may be typed.
var zones = []string{
	"Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Amsterdam", "Europe/Brussels",
	"Europe/Zurich", "Europe/Vienna", "Europe/Rome", "Europe/Prague", "Europe/Warsaw", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm",
	"Europe/Helsinki", "Europe/Tallinn", "Europe/Athens", "Europe/Bucharest", "Europe/Kyiv", "Europe/Istanbul", "Africa/Johannesburg", "Africa/Lagos",
	"Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Pacific/Auckland",
	"America/Halifax", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Sao_Paulo", "UTC",
}

// spaced writes a key as it is typed; authenticators ignore the spaces.
func spaced(secret string) string {
	return strings.ReplaceAll(session.Grouped(secret, 4), "-", " ")
}

// sessionName says in words which browser a session is in.
func sessionName(c *ui.Chrome, s SessionView) string {
	switch {
	case s.Browser != "" && s.System != "":
		return c.T("me.sessions.device", s.Browser, s.System)
	case s.Browser != "" || s.System != "":
		return s.Browser + s.System
	default:
		return c.T("me.sessions.unknown")
	}
}

// hinted ties a field to its hint and to what is wrong with it.
func hinted(id, problem string) templ.Attributes {
	if problem == "" {
		return templ.Attributes{"aria-describedby": id + "-hint"}
	}
	return templ.Attributes{"aria-describedby": id + "-hint " + id + "-error", "aria-invalid": "true"}
}

// erring ties a field to what is wrong with it.
func erring(id, problem string) templ.Attributes {
	if problem == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": id + "-error", "aria-invalid": "true"}
}
