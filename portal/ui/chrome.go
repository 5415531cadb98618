// Package ui draws what every page is made of: the frame around it and the parts
// inside it. Parts are typed templ components; they escape everything they are
// given, work without a script, and hold no style or script of their own, so that
// a strict content security policy stands.
package ui

import (
	"time"
	"unicode"

	"portico/portal/ui/words"
	"portico/sync/record"
)

// Chrome is the frame of one page, filled in by a Framer and then by the page.
type Chrome struct {
	words.Reader
	Provider Provider
	Account  record.AccountInfo // zero on pages that are about no account
	Fed      []record.Kind      // what connections of the account bring
	User     User
	Staff    bool // the reader works for the provider
	Preview  bool // the account is not open to its members yet
	Nav      []NavItem
	Admin    []NavItem // the administrator's part of the navigation
	Home     string    // where the mark leads
	Search   string    // where the search form goes; "" hides it
	Switch   string    // where another account is chosen; "" for who has no other
	Me       string    // where the reader's own page is; "" hides it
	Notices  string    // where a member says what to be told by mail; "" hides it
	People   string    // who is in the account, and who decides that; "" hides it
	InPeople bool      // the page is behind that door
	SignOut  string    // where the sign-out form posts to; "" hides it
	Sheet    string    // address of the brand style sheet; "" is the one without a tag
	Icon     string    // address of the tab's picture, the same
	Theme    string    // "light", "dark", or "" for the system's
	Nonce    string    // of the content security policy
	Title    string    // says where you are, without the provider's name
	Flash    Flash
	// Refresh is after how many seconds the page loads itself anew where no script
	// does better; 0 is never.
	Refresh int
	Looking Looking // as whom staff look
	Footer  Footer
}

// Looking is what every page says to staff who look at an account as one of its
// members; without a name it says nothing.
type Looking struct {
	Name  string
	Until time.Time
	End   string // where the form posts to that ends it
}

// Footer is where the provider's legal texts are; "" leaves one out.
type Footer struct{ Terms, Privacy, Imprint string }

func (f Footer) any() bool { return f != Footer{} }

// Provider is the firm whose portal this is.
type Provider struct {
	Name string
	Logo string // address of a picture, or "" for the initial
	// Wide is a logo that holds the name; beside another one the name is written.
	Wide bool
	// Plate is the theme ("light", "dark") on whose pages the logo needs a plate
	// behind it to be seen, or "".
	Plate string
}

// User is who reads the page.
type User struct {
	ID, Name, Email string
}

// NavItem is one door of the navigation.
type NavItem struct {
	Label, Href string
	Icon        Icon
	Count       string // what waits there for the reader: "3", "9+"; "" shows nothing
	Current     bool
}

// Flash is one sentence about what has just been done.
type Flash struct {
	Tone Tone
	Text string // "" shows nothing
}

// Tone is how something is to be taken; it chooses a shape and a colour.
type Tone string

// Tones.
const (
	Neutral Tone = ""
	Live    Tone = "live" // going on
	Good    Tone = "good"
	Attn    Tone = "attn"
	Bad     Tone = "bad"
)

// Turn puts in words who has to do the next thing.
func (c *Chrome) Turn(t record.Turn) string {
	switch t {
	case record.TurnClient:
		return c.T("turn.client")
	case record.TurnProvider:
		return c.With("turn.provider", c.Provider.Name)
	case record.TurnThird:
		return c.T("turn.third")
	default:
		return c.T("turn.nobody")
	}
}

// pageTitle is the document's title: the page, then whose portal it is.
func (c *Chrome) pageTitle() string {
	if c.Title == "" {
		return c.Provider.Name
	}
	return c.Title + " · " + c.Provider.Name
}

// subtitle stands below the reader's name.
func (c *Chrome) subtitle() string {
	if c.Account.Name != "" {
		return c.Account.Name
	}
	if c.Staff {
		return c.T("shell.staff", c.Provider.Name)
	}
	return c.User.Email
}

// initials returns up to two letters for a picture of a person.
func initials(name string) string {
	var out []rune
	start := true
	for _, r := range name {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start && len(out) < 2 {
				out = append(out, unicode.ToUpper(r))
			} else if start {
				out[1] = unicode.ToUpper(r)
			}
			start = false
		case unicode.IsSpace(r) || r == '-' || r == '.' || r == '_':
			start = true
		case r == '@': // of an address, only the part before it
			return string(out)
		}
	}
	if len(out) == 0 {
		return "?"
	}
	return string(out)
}

// initial is the one letter that stands for a provider without a logo.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

// previewed says who sees the account so far.
func (c *Chrome) previewed() string {
	if c.Account.Launch == record.LaunchHidden {
		return c.T("shell.hidden", c.Account.Name)
	}
	return c.T("shell.preview", c.Account.Name)
}
