package settings

import (
	"strconv"

	"github.com/a-h/templ"

	"portico/portal/ui"
)

// shown is a value of a comparison.
func shown(c *ui.Chrome, value string) string {
	if value == "" || value == "0" {
		return c.T("settings.empty")
	}
	return value
}

// labelled completes a field of the mail form by its name.
func labelled(v mailView, f ui.Field) ui.Field {
	f.ID, f.Label, f.Error = f.Name, v.Chrome.T("settings.mail."+f.Name), v.Problems[f.Name]
	return f
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

func tlsOf(m Mail) string {
	if m.TLS == "" {
		return "starttls"
	}
	return m.TLS
}

func tlsOptions(c *ui.Chrome) []ui.Option {
	return []ui.Option{
		{Value: "starttls", Label: c.T("settings.mail.tls.starttls")},
		{Value: "tls", Label: c.T("settings.mail.tls.tls")},
		{Value: "none", Label: c.T("settings.mail.tls.none")},
	}
}

// passwordHint says what stands behind an empty password field.
func passwordHint(v mailView) string {
	c := v.Chrome
	switch {
	case v.Sealed != "":
		return c.T("settings.mail.password.typed")
	case v.State.Password.Lost:
		return c.T("settings.mail.password.lost")
	case v.State.Password.Set && !v.State.Password.Since.IsZero():
		return c.T("settings.mail.password.kept", c.Ago(v.State.Password.Since))
	default:
		return c.T("settings.mail.password.none")
	}
}

// domainOr is the domain of the typed sender, or a word for it.
func domainOr(v mailView) string {
	if domain := domainOf(v.Typed.From); domain != "" {
		return domain
	}
	return v.Chrome.T("settings.records.domain")
}

// reports is where DMARC reports may go: to the person who asks.
func reports(v mailView) string {
	if domain := domainOf(v.Typed.From); domain != "" {
		return "postmaster@" + domain
	}
	return v.To
}

// logoAttributes ties the file field to its hint and its mistake.
func logoAttributes(v brandingView) templ.Attributes {
	if v.Problems["logo"] == "" {
		return templ.Attributes{"aria-describedby": "logo-hint"}
	}
	return templ.Attributes{"aria-describedby": "logo-hint logo-error", "aria-invalid": "true"}
}

// legalField completes a field of the legal form by its name.
func legalField(v legalView, name, value string) ui.Field {
	return ui.Field{ID: name, Name: name, Type: "url", Value: value, Label: v.Chrome.T("settings.legal." + name), Hint: v.Chrome.T("settings.legal." + name + ".hint"),
		Error: v.Problems[name], Auto: "off"}
}
