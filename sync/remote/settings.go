package remote

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSetting is how many characters a setting or a secret may have.
const maxSetting = 4096

// Wrong says in a sentence what can be seen to be wrong with settings without asking
// the system, by the name of the field. Secrets are not looked at.
func (s Spec) Wrong(settings map[string]string) map[string]string {
	out := map[string]string{}
	for _, f := range s.Fields {
		if f.Type == SecretField || f.Learned {
			continue
		}
		if problem := f.wrong(settings[f.Name]); problem != "" {
			out[f.Name] = problem
		}
	}
	return out
}

// WrongSecret says what is wrong with a credential, and nothing of what it is.
func WrongSecret(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "This is not readable text (UTF-8)."
	case strings.HasPrefix(text, "-----BEGIN "):
		return tooLong(text) // a key in PEM has lines (RFC 7468)
	case strings.ContainsAny(text, "\r\n"):
		return "This holds a line break. Copy it again, without the line around it."
	case strings.ContainsFunc(text, unicode.IsControl):
		return "This holds characters that cannot be typed. Copy it again."
	default:
		return tooLong(text)
	}
}

func tooLong(text string) string {
	if len(text) > maxSetting {
		return fmt.Sprintf("At most %d characters.", maxSetting)
	}
	return ""
}

func (f Field) wrong(value string) string {
	switch {
	case value == "" && f.Required && f.Default == "":
		return "This is needed."
	case value == "":
		return ""
	case len(value) > maxSetting:
		return fmt.Sprintf("At most %d characters.", maxSetting)
	case strings.ContainsFunc(value, unicode.IsControl):
		return "This holds characters that cannot be shown."
	}
	switch f.Type {
	case URLField:
		return wrongAddress(value)
	case NumberField:
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return "This is not a number."
		}
	case BoolField:
		if value != "true" && value != "false" {
			return "This is true or false."
		}
	case ChoiceField:
		if !slices.Contains(f.Choices, value) {
			return "One of: " + strings.Join(f.Choices, ", ") + "."
		}
	}
	if f.Pattern == "" {
		return ""
	}
	if fits, err := regexp.MatchString(f.Pattern, value); err == nil && !fits {
		return "This does not look right."
	}
	return ""
}

// wrongAddress refuses what no request could be sent to, and a password in an
// address, which would be stored and shown with it.
func wrongAddress(value string) string {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Sprintf("%q is not a web address. It starts with https:// (or http:// inside your network).", value)
	case u.User != nil:
		return "Leave user and password out of the address."
	case u.RawQuery != "" || u.Fragment != "":
		return "Leave out everything from the question mark on."
	default:
		return ""
	}
}

// Hosts names where the settings lead, as scheme and host of every address, in the
// order of the fields. A credential belongs to these.
func (s Spec) Hosts(settings map[string]string) []string {
	var out []string
	for _, f := range s.Fields {
		if f.Type != URLField {
			continue
		}
		if u, err := url.Parse(settings[f.Name]); err == nil && u.Host != "" {
			out = append(out, strings.ToLower(u.Scheme+"://"+u.Host))
		}
	}
	return out
}
