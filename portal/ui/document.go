package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// htmxConfig turns off what a strict content security policy forbids, and keeps
// htmx to this site. A 422 holds the form with its mistakes marked: show it.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,"historyCacheSize":0,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"...","swap":false,"error":true}]}`

// Attributes that are there or are not.

func theme(c *Chrome) templ.Attributes {
	if c.Theme != "light" && c.Theme != "dark" {
		return nil
	}
	return templ.Attributes{"data-bs-theme": c.Theme}
}

func current(is bool) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

// events is where the script hears what changes in the account of the page.
func events(c *Chrome) templ.Attributes {
	if c.Account.ID.IsZero() || c.Nonce == "" {
		return nil
	}
	return templ.Attributes{"data-events": AccountPath(c.Account.ID) + "events"}
}

func lang(c *Chrome) string {
	if c.Lang == "" {
		return "en"
	}
	return c.Lang
}

// orElse is for addresses that a frame left out.
func orElse(href, plain string) string {
	if href == "" {
		return plain
	}
	return href
}

// picture is the address of a logo: of this portal, or a PNG in the page itself.
func picture(address string) string {
	if strings.HasPrefix(address, "data:image/png;base64,") {
		return address
	}
	return string(templ.URL(address))
}
