package connections

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/remote"
)

// hues is how many colours the style sheet has for systems.
const hues = 6

// hue is a system's colour, the same on every page and in every installation.
func hue(id string) string {
	sum := 0
	for _, b := range []byte(id) {
		sum = sum*31 + int(b)
	}
	return strconv.Itoa(((sum % hues) + hues) % hues)
}

// letters are the initials of a system's name.
func letters(name string) string {
	var out []rune
	for word := range strings.FieldsSeq(name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

// needed are the fields without which nothing goes, optional those with a default.
func needed(spec remote.Spec) []remote.Field { return those(spec, true) }

func optional(spec remote.Spec) []remote.Field { return those(spec, false) }

func those(spec remote.Spec, required bool) []remote.Field {
	var out []remote.Field
	for _, f := range spec.Fields {
		if f.Required == required && !f.Learned {
			out = append(out, f)
		}
	}
	return out
}

// troubled reports whether a field that is folded away has to be looked at.
func troubled(v formView, list []remote.Field) bool {
	for _, f := range list {
		if v.Problems[FieldPrefix+f.Name] != "" {
			return true
		}
	}
	return v.Report != nil && v.SignedIn && !v.Report.OK
}

// untrusted reports whether the check ended at a certificate.
func untrusted(v formView) bool {
	if v.Report == nil {
		return false
	}
	for _, item := range v.Report.Items {
		if !item.OK && strings.Contains(item.Detail, "certificate") {
			return true
		}
	}
	return false
}

func settingField(v formView, f remote.Field) ui.Field {
	value := v.Typed.Settings[f.Name]
	if value == "" {
		value = f.Default
	}
	out := ui.Field{ID: FieldPrefix + f.Name, Name: FieldPrefix + f.Name, Label: f.Label, Hint: f.Help, Value: value,
		Error: v.Problems[FieldPrefix+f.Name], Required: f.Required, Auto: "off"}
	if f.Type == remote.URLField {
		out.Type = "url"
	}
	return out
}

// secretField takes a credential. It is needed again only where none is held.
func secretField(v formView, f remote.Field) ui.Field {
	c, hint := v.Chrome, f.Help
	at, kept := v.Kept[f.Name]
	switch {
	case v.Carry != "":
		hint = c.T("connections.secret.typed")
	case kept:
		hint = c.T("connections.secret.kept", c.Ago(at))
	}
	return ui.Field{ID: FieldPrefix + f.Name, Name: FieldPrefix + f.Name, Type: "password", Label: f.Label, Hint: hint,
		Error: v.Problems[FieldPrefix+f.Name], Required: f.Required && v.Carry == "" && !kept, Auto: "new-password"}
}

// choices are what can be chosen; nothing is chosen for anybody without a default.
func choices(c *ui.Chrome, f remote.Field) []ui.Option {
	var out []ui.Option
	if f.Default == "" {
		out = append(out, ui.Option{Label: c.T("connections.form.choose")})
	}
	for _, choice := range f.Choices {
		out = append(out, ui.Option{Value: choice, Label: choice})
	}
	return out
}

// address is the host:port that is asked about.
func address(v formView) string {
	if v.Confirm != "" {
		return v.Confirm
	}
	return v.Typed.AllowPrivate
}

// formStep is where somebody at the form is: before the check, or corrected by it.
func formStep(v formView) int {
	if v.Report != nil {
		return 1
	}
	return 0
}

func stepState(i, at int) string {
	switch {
	case i < at:
		return "done"
	case i == at:
		return "now"
	default:
		return "todo"
	}
}

func stepCurrent(i, at int) templ.Attributes {
	if i == at {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

func okText(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

func itemTone(ok bool) ui.Tone {
	if ok {
		return ui.Good
	}
	return ui.Bad
}

func reportRole(r *remote.Report) string {
	if r.OK {
		return "status"
	}
	return "alert"
}

// farApart is from when on two clocks do not agree.
const farApart = time.Minute

func far(r *remote.Report) bool { return r.Skew().Abs() > farApart }

func skewText(c *ui.Chrome, r *remote.Report) string {
	if r.Skew() > 0 {
		return c.T("connections.skew.ahead", c.Span(r.Skew()))
	}
	return c.T("connections.skew.behind", c.Span(-r.Skew()))
}
