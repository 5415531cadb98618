package portal

import (
	"net/http"

	"portico/portal/session"
	"portico/portal/signin"
)

// entrances are the doors of signing in otherwise than by password, and of what
// people look after of their own.
func entrances(d *signin.Doors) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{post, "/signin/mail", public, session.Open(d.MailSignIn)},
		{get, "/signin/code", public, session.Open(d.Code)},
		{post, "/signin/code", public, session.Open(d.UseCode)},
		{get, "/signin/link", public, session.Open(d.OpenLink)}, // what a mail opens; the token is the proof
		{post, "/signin/link", public, session.Open(d.UseLink)},

		// No session opens these: a mark of the first step does.
		{get, "/signin/second", public, session.Open(d.Second)},
		{post, "/signin/second", public, session.Open(d.TakeSecond)},

		{get, "/accounts/switch", signedIn, session.Personal(d.Switch)},
		{get, "/confirm", signedIn, session.Personal(d.Confirm)},
		{post, "/confirm", signedIn, session.Personal(d.Confirmed)},
		{get, "/me", signedIn, session.Personal(d.Me)},
		{post, "/me", signedIn, session.Personal(d.SaveProfile)},
		{get, "/me/password", signedIn, session.Personal(d.Change)},
		{post, "/me/password", signedIn, session.Personal(d.ChangePassword)},
		{get, "/me/second-step", signedIn, session.Personal(d.SecondStep)},
		{get, "/me/second-step/new", signedIn, session.Personal(d.Enrol)},
		{post, "/me/second-step/new", signedIn, session.Personal(d.Enrolled)},
		{get, "/me/second-step/codes", signedIn, session.Personal(d.Recovery)},
		{post, "/me/second-step/codes", signedIn, session.Personal(d.Recovered)},
		{post, "/me/second-step/off", signedIn, session.Personal(d.Unenrol)},
		{post, "/me/sessions/end", signedIn, session.Personal(d.EndSession)},
		{post, "/me/sessions/others", signedIn, session.Personal(d.EndOthers)},
	}
}
