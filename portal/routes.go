// Package portal is every door of the website in one table: method, path, who
// may come in, and what answers. It promises that no door exists outside the
// table, that none opens without a policy, and that every answer, an error
// included, passes the same middleware in the same order. It hides the router.
package portal

import (
	"net/http"
	"strings"

	"portico/portal/session"
	"portico/portal/signin"
	"portico/portal/ui/assets"
	"portico/sync/record"
)

// Pages are the handlers of the page families. Every one is needed.
type Pages struct {
	Home           session.Page
	Tickets        session.Page
	TicketsCSV     session.Page
	TicketForm     session.Page // the form for a new request
	TicketCreate   session.Page
	Ticket         session.Page
	TicketReply    session.Page
	TicketClose    session.Page
	TicketReopen   session.Page
	Action         session.Page
	ActionWithdraw session.Page
	File           session.Page
	Assets         session.Page
	AssetsCSV      session.Page
	Asset          session.Page
	Staff          StaffPages
	Visibility     VisibilityPages
	Mail           session.Page
	MailSave       session.Page
	MailTest       session.Page
	MailRecords    session.Page // looks up what the sender's domain publishes
	Branding       session.Page
	BrandingSave   session.Page
	BrandingShow   session.Page // shows what is typed, and saves nothing
	BrandingSample session.Page // a part of the page: how a colour fares
	BrandingSheet  session.Page // the style sheet of that part
	Entry          session.Page // what is asked of people who sign in
	EntrySave      session.Page
	Notifications  session.Page
	Notify         session.Page   // chooses
	Unsubscribe    session.Open   // asks
	Unsubscribed   session.Open   // does it
	Events         session.Stream // what changes while a page is open

	Approvals        session.Page
	ApprovalForm     session.Page // by which staff ask
	ApprovalAsk      session.Page
	Approval         session.Page
	ApprovalDecide   session.Page
	ApprovalRevise   session.Page
	ApprovalCall     session.Page // records a decision by phone
	ApprovalWithdraw session.Page
	ApprovalFile     session.Page
	ApprovalPicture  session.Page
	LinkOpen         session.Open // what a mailed link opens
	Link             session.Open
	LinkDecide       session.Open
	LinkFile         session.Open
	LinkPicture      session.Open

	People      People
	Integration Integration
	Connections Connections
	Health      Health
	Work        Work
	Money       Money
	Quotes      Quotes
	Matching    Matching
	Companies   Companies
	Workshop    Workshop
	Tables      Tables
}

// door is one line of the table. The handler is a session.Page, a session.Stream,
// a session.Personal, a session.Open or an http.Handler, as the policy asks.
type door struct {
	method, path string
	policy       policy
	handler      any
}

// table lists every door. A GET answers HEAD too.
func table(o Options, d *signin.Doors) []door {
	const get, post = http.MethodGet, http.MethodPost
	p := o.Pages
	see, act := sees(record.KindTicket), acts(record.KindTicket)
	var exports session.Pace // of both lists together
	doors := []door{
		{get, "/", public, session.Open(d.First)},
		{get, "/livez", public, session.Open(live)},
		{get, "/readyz", public, session.Open(o.ready)},
		{get, "/robots.txt", public, session.Open(robots)},
		{get, "/.well-known/change-password", public, session.Open(changePassword)},
		{get, "/brand.css", public, o.Frame.Appearance().Sheet()},
		{get, "/brand.svg", public, o.Frame.Appearance().Icon()},
		{get, "/brand.png", public, o.Frame.Appearance().Logo()},
		{get, assets.Prefix + "{file:.+}", public, assets.Handler()},

		{get, "/signin", public, session.Open(d.Enter)},
		{post, "/signin", public, session.Open(d.SignIn)},
		{post, "/signout", public, session.Open(d.SignOut)},
		{get, "/forgot", public, session.Open(d.Forgot)},
		{post, "/forgot", public, session.Open(d.SendLink)},
		{get, "/reset", public, session.Open(d.Reset)},
		{post, "/reset", public, session.Open(d.SetPassword)},

		// Public: the token proves whose mails they are.
		{get, "/unsubscribe/{token}", public, p.Unsubscribe},
		{post, "/unsubscribe/{token}", public, p.Unsubscribed},

		{get, "/accounts", signedIn, session.Personal(d.Accounts)},

		{get, "/admin/mail", admin, p.Mail},
		{post, "/admin/mail", admin, p.MailSave},
		{post, "/admin/mail/test", admin, p.MailTest},
		{post, "/admin/mail/records", admin, p.MailRecords},
		{get, "/admin/branding", admin, p.Branding},
		{post, "/admin/branding", admin, p.BrandingSave},
		{post, "/admin/branding/preview", admin, p.BrandingShow},
		{get, "/admin/branding/sample", admin, p.BrandingSample},
		{get, "/admin/branding/sample.css", admin, p.BrandingSheet},

		{get, "/admin/sign-in", admin, p.Entry},
		{post, "/admin/sign-in", admin, p.EntrySave},

		{get, "/a/{account}/", inAccount, p.Home},
		{get, "/a/{account}/events", inAccount, p.Events},
		{get, "/a/{account}/notifications", see, p.Notifications},
		{post, "/a/{account}/notifications", see, p.Notify},
		{get, "/a/{account}/tickets", see, p.Tickets},
		{post, "/a/{account}/tickets", act, p.TicketCreate},
		{get, "/a/{account}/tickets.csv", see, exports.Hold(p.TicketsCSV)},
		{get, "/a/{account}/tickets/new", act, p.TicketForm},
		{get, "/a/{account}/actions/{action}", inAccount, p.Action},
		{post, "/a/{account}/actions/{action}/withdraw", inAccount, p.ActionWithdraw},
		{get, "/a/{account}/tickets/{id}", see, p.Ticket},
		{post, "/a/{account}/tickets/{id}/reply", act, p.TicketReply},
		{post, "/a/{account}/tickets/{id}/close", act, p.TicketClose},
		{post, "/a/{account}/tickets/{id}/reopen", act, p.TicketReopen},
		{get, "/a/{account}/files/{attachment}", inAccount, p.File},
		{get, "/a/{account}/approvals", sees(record.KindApproval), p.Approvals},
		{post, "/a/{account}/approvals", byStaff, p.ApprovalAsk},
		{get, "/a/{account}/approvals/new", byStaff, p.ApprovalForm},
		{get, "/a/{account}/approvals/{approval}", sees(record.KindApproval), p.Approval},
		// A form that comes back with what is wrong has the address that it was posted
		// to: reading that anew shows the approval.
		{get, "/a/{account}/approvals/{approval}/{form:decide|versions|call|withdraw}", sees(record.KindApproval), p.Approval},
		{post, "/a/{account}/approvals/{approval}/decide", acts(record.KindApproval), p.ApprovalDecide},
		{post, "/a/{account}/approvals/{approval}/versions", byStaff, p.ApprovalRevise},
		{post, "/a/{account}/approvals/{approval}/call", byStaff, p.ApprovalCall},
		{post, "/a/{account}/approvals/{approval}/withdraw", byStaff, p.ApprovalWithdraw},
		{get, "/a/{account}/approvals/{approval}/files/{version}", sees(record.KindApproval), p.ApprovalFile},
		{get, "/a/{account}/approvals/{approval}/files/{version}/picture", sees(record.KindApproval), p.ApprovalPicture},
		{get, "/decide", public, p.LinkOpen}, // the token of the link is the proof
		{get, "/decide/{link}", public, p.Link},
		{post, "/decide/{link}", public, p.LinkDecide},
		{get, "/decide/{link}/file", public, p.LinkFile},
		{get, "/decide/{link}/file/picture", public, p.LinkPicture},
		{get, "/a/{account}/assets", sees(record.KindAsset), p.Assets},
		{get, "/a/{account}/assets.csv", sees(record.KindAsset), exports.Hold(p.AssetsCSV)},
		{get, "/a/{account}/assets/{id}", sees(record.KindAsset), p.Asset},
	}
	doors = append(doors, entrances(d)...)
	doors = append(doors, peopleDoors(p.People)...)
	doors = append(doors, p.Staff.doors()...)
	doors = append(doors, p.Visibility.doors()...)
	doors = append(doors, integrationDoors(p.Integration)...)
	doors = append(doors, apiDoors(o.API)...)
	doors = append(doors, connectionDoors(p.Connections)...)
	doors = append(doors, workshopDoors(p.Workshop)...)
	doors = append(doors, matchingDoors(p.Matching)...)
	doors = append(doors, companyDoors(p.Companies)...)
	doors = append(doors, p.Tables.doors()...)
	doors = append(doors, p.Health.doors()...)
	doors = append(doors, p.Work.doors()...)
	doors = append(doors, p.Money.doors()...)
	doors = append(doors, p.Quotes.doors()...)
	if o.Hooks != nil { // public: the sender proves itself to the handler
		doors = append(doors, door{post, "/hooks/{connection}", public, o.Hooks})
	}
	if d.HasDemo() {
		doors = append(doors, demonstration(o.Tour, d)...)
	}
	return following(doors, p.Matching.StandsFor)
}

func (o Options) ready(w http.ResponseWriter, r *http.Request) error {
	if o.Ready != nil {
		if err := o.Ready(r.Context()); err != nil {
			return err
		}
	}
	if o.Degraded != nil {
		if away := o.Degraded(r.Context()); len(away) > 0 {
			return plain(w, "ready, degraded: "+strings.Join(away, ", ")+"\n")
		}
	}
	return plain(w, "ready\n")
}

func live(w http.ResponseWriter, _ *http.Request) error { return plain(w, "alive\n") }

// robots keeps the portal out of search engines: all of it is behind a sign-in.
func robots(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, "User-agent: *\nDisallow: /\n")
}

// changePassword is where password keepers look (W3C, A Well-Known URL for
// Changing Passwords).
func changePassword(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/forgot", http.StatusSeeOther)
	return nil
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text)) // the reader is gone if this fails
	return nil
}
