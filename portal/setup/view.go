package setup

import "github.com/a-h/templ"

// marked ties the token to its hint, and to what is wrong with it.
func marked(invalid bool) templ.Attributes {
	if !invalid {
		return templ.Attributes{"aria-describedby": "token-hint"}
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "token-hint problem"}
}
