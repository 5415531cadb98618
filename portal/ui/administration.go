package ui

// administration is what administrators find beside the accounts, in the order of
// the navigation. A page is added by its line here, its word in words, and its
// doors in portal/routes.go.
var administration = []struct {
	word, href string
	icon       Icon
}{
	{"nav.ready", "/admin/ready", IconReady},
	{"nav.users", "/admin/users", IconUsers},
	{"nav.connections", "/admin/connections", IconPlug},
	{"nav.companies", "/admin/companies", IconAccounts},
	{"nav.matching", "/admin/matching", IconSwitch},
	{"nav.health", "/admin/health", IconHealth},
	{"nav.visibility", "/admin/visibility", IconHidden},
	{"nav.mail", "/admin/mail", IconMail},
	{"nav.branding", "/admin/branding", IconBrand},
	{"nav.legal", "/admin/legal", IconLegal},
	{"nav.keys", "/admin/api-keys", IconKey},
	{"nav.entry", "/admin/sign-in", IconPerson},
	{"nav.webhooks", "/admin/webhooks", IconWebhook},
	{"nav.held", "/admin/actions", IconHeld},
}

// administer lists the administrator's pages in the reader's words.
func (c *Chrome) administer() []NavItem {
	out := make([]NavItem, len(administration))
	for i, a := range administration {
		out[i] = NavItem{Label: c.T(a.word), Href: a.href, Icon: a.icon}
	}
	return out
}

// inside reports whether the page is behind one of the doors.
func inside(items []NavItem) bool {
	for _, item := range items {
		if item.Current {
			return true
		}
	}
	return false
}
