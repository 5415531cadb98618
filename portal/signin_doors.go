package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/portal/signin"
)

// entrances are the doors of signing in otherwise than by password.
func entrances(d *signin.Doors) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{post, "/signin/mail", public, session.Open(d.MailSignIn)},
		{get, "/signin/code", public, session.Open(d.Code)},
		{post, "/signin/code", public, session.Open(d.UseCode)},
		{get, "/signin/link", public, session.Open(d.OpenLink)}, // what a mail opens; the token is the proof
		{post, "/signin/link", public, session.Open(d.UseLink)},
	}
}
