package ui

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"portico/portal/ui/words"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Framer fills in the frame of a page for whoever asks. Pages are given one.
type Framer func(r *http.Request, s access.Scope) (*Chrome, error)

// Accounts is what the frame needs to know of the account that a page is about.
type Accounts interface {
	// Standing is the account itself and what waits for the client in it, counted
	// up to most.
	Standing(ctx context.Context, s access.Scope, account record.AccountID, most int) (record.Standing, error)
}

// FrameOptions is what every frame has in common.
type FrameOptions struct {
	Provider  Provider
	Looks     Looks // how the provider appears now; nil is Provider in DefaultBrand
	Accounts  Accounts
	Approvals bool           // whether there is a door to approvals
	Zone      *time.Location // the provider's; used when a reader has none
	Now       func() time.Time
	// Locale returns the language (BCP 47) and zone (IANA) of who asks, "" for none;
	// nil reads everybody in English and the provider's zone.
	Locale func(r *http.Request) (lang, zone string)
	// Several reports whether who asks may enter other accounts than the one whose
	// page it is; nil is nobody. It is asked once per page and looks nothing up.
	Several func(r *http.Request) bool
	// Looking says as whom who asks looks at an account; nil is nobody.
	Looking func(r *http.Request) Looking
	// Footer names the legal texts; nil names none.
	Footer  func(ctx context.Context) Footer
	SignOut string // where the sign-out form posts to
	Switch  string // where somebody with several accounts chooses
	Me      string // where readers look after their profile and sign-in
}

// NewFramer returns the Framer of the portal. The nonce is the one that the
// security headers put in the request's context (templ.WithNonce).
func NewFramer(o FrameOptions) Framer {
	return func(r *http.Request, s access.Scope) (*Chrome, error) {
		if !s.Valid() {
			return nil, fault.New(fault.Unauthenticated, "Please sign in.")
		}
		c := o.plain(r)
		c.User = User{ID: s.User(), Name: s.Name(), Email: s.Email()}
		if c.User.Name == "" {
			c.User.Name = s.Email()
		}
		c.Staff, c.SignOut, c.Me = s.IsStaff(), o.SignOut, o.Me
		if s.Account().IsZero() {
			c.atStaff(r, access.Administer(s) == nil)
			return c, nil
		}
		if o.Several != nil && o.Several(r) {
			c.Switch = o.Switch
		}
		return c, o.inAccount(r, s, c)
	}
}

// atStaff is the navigation of staff outside any account.
func (c *Chrome) atStaff(r *http.Request, administrator bool) {
	c.Home = "/staff/queue"
	c.Nav = c.nav(r, []NavItem{{Label: c.T("nav.queue"), Href: "/staff/queue", Icon: IconInbox}, {Label: c.T("nav.accounts"), Href: "/staff", Icon: IconAccounts}})
	if administrator {
		c.Admin = c.nav(r, c.administer())
	}
}

// Personal returns the frame of a page that is about its reader; places are the
// accounts that a member may enter.
func (o FrameOptions) Personal(r *http.Request, u access.User, places []access.Membership) *Chrome {
	c := o.plain(r)
	c.User = User{ID: u.ID, Name: u.Name, Email: u.Email}
	if c.User.Name == "" {
		c.User.Name = u.Email
	}
	c.Staff, c.SignOut, c.Me = u.Staff != "", o.SignOut, o.Me
	switch {
	case c.Staff:
		c.atStaff(r, u.Staff == access.Admin)
	case len(places) == 1:
		c.Home = AccountPath(places[0].Account.ID)
		c.Nav = []NavItem{{Label: places[0].Account.Name, Href: c.Home, Icon: IconHome}}
	default:
		c.Home = o.Switch
		c.Nav = []NavItem{{Label: c.T("shell.accounts"), Href: o.Switch, Icon: IconAccounts}}
	}
	return c
}

// Plain returns the frame of a page for nobody in particular: sign-in and faults.
func (o FrameOptions) Plain(r *http.Request) *Chrome { return o.plain(r) }

// Appearance is Looks, or what stands for it.
func (o FrameOptions) Appearance() Looks {
	if o.Looks != nil {
		return o.Looks
	}
	look := NewLook(o.Provider, DefaultBrand, nil)
	return func(context.Context) Look { return look }
}

func (o FrameOptions) plain(r *http.Request) *Chrome {
	lang, zone := "en", ""
	if o.Locale != nil {
		lang, zone = o.Locale(r)
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	look := o.Appearance()(r.Context())
	c := &Chrome{
		Reader: words.NewReader(lang, zone, o.Zone, now()), Provider: look.Provider,
		Sheet: sheetPath + "?v=" + look.sheet.tag, Icon: iconPath + "?v=" + look.icon.tag,
		Nonce: templ.GetNonce(r.Context()), Home: "/",
	}
	if o.Looking != nil {
		c.Looking = o.Looking(r)
	}
	if o.Footer != nil {
		c.Footer = o.Footer(r.Context())
	}
	if cookie, err := r.Cookie("portico_theme"); err == nil {
		c.Theme = cookie.Value // only "light" and "dark" are ever written out
	}
	return c
}

func (o FrameOptions) inAccount(r *http.Request, s access.Scope, c *Chrome) error {
	is, err := o.standing(r.Context(), s)
	if err != nil {
		return err
	}
	c.Fed = is.Fed
	c.Account, c.Preview = is.Account, s.IsStaff() && is.Account.Launch != record.LaunchInvited
	base := AccountPath(is.Account.ID)
	c.Home = base
	items := []NavItem{{Label: c.T("nav.home"), Href: base, Icon: IconHome}}
	if s.Sees(record.KindTicket) {
		c.Search = base + "tickets"
		if s.Acts(record.KindTicket) || s.IsStaff() {
			c.Notices = base + "notifications"
		}
		progress := within(r.URL.Path, base+"actions")
		items = append(items, NavItem{Label: c.T("nav.tickets"), Href: base + "tickets", Icon: IconTickets, Count: few(is.Requests), Current: progress})
	}
	if o.Approvals && s.Sees(record.KindApproval) {
		items = append(items, NavItem{Label: c.T("nav.approvals"), Href: base + "approvals", Icon: IconApproval, Count: few(is.Decisions)})
	}
	if c.Shows(s, record.KindInvoice) {
		items = append(items, NavItem{Label: c.T("nav.invoices"), Href: KindPath(is.Account.ID, record.KindInvoice), Icon: IconInvoices})
	}
	if c.Shows(s, record.KindQuote) {
		items = append(items, NavItem{Label: c.T("nav.quotes"), Href: KindPath(is.Account.ID, record.KindQuote), Icon: IconQuotes})
	}
	if c.Shows(s, record.KindAsset) {
		items = append(items, NavItem{Label: c.T("nav.assets"), Href: base + "assets", Icon: IconAssets})
	}
	items = append(items, c.Sections(s, base, is.Fed)...)
	c.People, c.InPeople = base+"people", within(r.URL.Path, base+"people")
	if s.IsStaff() {
		items = append(items, NavItem{Label: c.T("nav.account"), Href: "/staff/accounts/" + is.Account.ID.String(), Icon: IconAccounts})
	}
	c.Nav = c.nav(r, items)
	return nil
}

// known is the key of a standing that was read already.
type known struct{}

// Known returns the request with what a page has read of its account already, so
// that the frame does not ask for it again. A page reads it by setting
// record.Query.Standing to Waiting.
func Known(r *http.Request, is record.Standing) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), known{}, is))
}

func (o FrameOptions) standing(ctx context.Context, s access.Scope) (record.Standing, error) {
	if is, ok := ctx.Value(known{}).(record.Standing); ok && is.Account.ID == s.Account() {
		return is, nil
	}
	return o.Accounts.Standing(ctx, s, s.Account(), Waiting)
}

// Feeds reports whether some connection of the account brings the kind, so that
// nobody is led to a page that would stay empty.
func (c *Chrome) Feeds(k record.Kind) bool { return has(c.Fed, k) }

// Shows reports whether a kind is fed and may be seen.
func (c *Chrome) Shows(s access.Scope, k record.Kind) bool { return s.Sees(k) && c.Feeds(k) }

// maxWaiting is how far the navigation counts; more is not worth reading rows for.
const maxWaiting = 9

// Waiting is how far a standing is counted for the frame.
const Waiting = maxWaiting + 1

// few writes how many wait for the reader: "", "3", "9+".
func few(n int) string {
	switch {
	case n == 0:
		return ""
	case n > maxWaiting:
		return strconv.Itoa(maxWaiting) + "+"
	default:
		return strconv.Itoa(n)
	}
}

// nav marks the door that the page is behind: the longest that its address begins
// with. Home, which every address of an account begins with, is only itself.
func (c *Chrome) nav(r *http.Request, items []NavItem) []NavItem {
	longest := ""
	for _, item := range items {
		if within(r.URL.Path, item.Href) && len(item.Href) > len(longest) {
			longest = item.Href
		}
	}
	for i := range items {
		at := items[i].Href
		items[i].Current = items[i].Current || at == longest && (at != c.Home || r.URL.Path == at || at[len(at)-1] != '/')
	}
	return items
}

func within(path, door string) bool {
	return path == door || len(path) > len(door) && path[:len(door)] == door && (door[len(door)-1] == '/' || path[len(door)] == '/')
}

// AccountPath is where the pages of an account begin; it ends with a slash.
func AccountPath(a record.AccountID) string { return "/a/" + a.String() + "/" }
