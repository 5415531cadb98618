package signin

import "github.com/a-h/templ"

// marked ties a field to the problem of the whole form.
func marked(invalid bool) templ.Attributes {
	if !invalid {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "problem"}
}

// described ties the new password to its rule and to what is wrong with it.
func described(problem string) templ.Attributes {
	if problem == "" {
		return templ.Attributes{"aria-describedby": "password-hint"}
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "password-hint password-error"}
}

// repeated ties the repetition to what is wrong with it.
func repeated(problem string) templ.Attributes {
	if problem == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "again-error"}
}

// coded ties a field for a code to its hint, and to the problem of the form.
func coded(invalid bool) templ.Attributes {
	if !invalid {
		return templ.Attributes{"aria-describedby": "code-hint"}
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "code-hint problem"}
}

// here marks the account that the reader is in.
func here(yes bool) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}
