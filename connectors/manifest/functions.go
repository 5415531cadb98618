package manifest

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
)

// functions are what the language adds to expr-lang's own.
var functions = []expr.Option{
	expr.Function("named", named, new(func(any, string) any)),
	expr.Function("pick", pick),
	expr.Function("mend", mend, new(func(any) string)),
	expr.Function("single", single, new(func(any) any)),
	expr.Function("quote", quote, new(func(string) string)),
	expr.Function("link", link, new(func(any, string) string)),
	expr.Function("compact", compact, new(func(any) map[string]any)),
	expr.Function("minor", minor, new(func(any, int) any)),
	expr.Function("moment", moment, new(func(any, string) any), new(func(any, string, string) any)),
	expr.Function("tame", tame, new(func(string, string) string)),
	expr.Function("basename", basename, new(func(any) string)),
	expr.Function("sign", sign, new(func(string, string, string, string) string)),
	expr.Function("pairs", pairs, new(func(any, string) []any)),
	expr.Function("markup", markup, new(func(string) string)),
	expr.Function("unmarkup", unmarkup, new(func(any) string)),
	expr.Function("unsign", unsign, new(func(any) map[string]string)),
}

// named returns the value of the entry that is called so in a list of
// {name, values: […]} or {name, value}, the common shape of custom fields.
// It is nil when there is none.
func named(args ...any) (any, error) {
	list, _ := args[0].([]any)
	for _, item := range list {
		entry, _ := item.(map[string]any)
		if entry["name"] != args[1] {
			continue
		}
		if values, ok := entry["values"].([]any); ok {
			if len(values) == 0 {
				return nil, nil
			}
			return values[0], nil
		}
		return entry["value"], nil
	}
	return nil, nil
}

// single returns the first of a list, or the thing itself: some systems send a
// list only when there is more than one.
func single(args ...any) (any, error) {
	list, ok := args[0].([]any)
	switch {
	case !ok:
		return args[0], nil
	case len(list) == 0:
		return nil, nil
	default:
		return list[0], nil
	}
}

// pick returns the first of its arguments that is neither missing nor "".
func pick(args ...any) (any, error) {
	for _, a := range args {
		if a != nil && a != "" {
			return a, nil
		}
	}
	return nil, nil
}

// minor turns a count of the smallest unit of a currency into a decimal number
// with so many digits behind the point: minor(1050, 2) is "10.50". Nothing stays nothing.
func minor(args ...any) (any, error) {
	if args[0] == nil {
		return nil, nil
	}
	text, sign := fmt.Sprint(args[0]), ""
	digits, _ := args[1].(int)
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		text, sign = rest, "-"
	}
	for _, r := range text {
		if r < '0' || r > '9' {
			return nil, fmt.Errorf("minor: %v is not a whole number", args[0])
		}
	}
	if text == "" || digits < 0 || digits > 6 {
		return nil, fmt.Errorf("minor: %v with %d digits", args[0], digits)
	}
	if digits == 0 {
		return sign + text, nil
	}
	text = strings.Repeat("0", max(0, digits+1-len(text))) + text
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:], nil
}

// mend undoes UTF-8 that a system stored as if it were Latin-1 ("GrÃ¼n"). Text
// that only looks a little like that is left alone.
func mend(args ...any) (any, error) {
	text, _ := args[0].(string)
	raw := make([]byte, 0, len(text))
	plain := true
	for _, r := range text {
		if r > 0xFF {
			return text, nil
		}
		plain = plain && r < 0x80
		raw = append(raw, byte(r))
	}
	if plain || !utf8.Valid(raw) {
		return text, nil
	}
	return string(raw), nil
}

var backslash = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`)

// quote makes text safe between quotes in a query language that escapes with a
// backslash.
func quote(args ...any) (any, error) { return backslash.Replace(args[0].(string)), nil }

// basename returns what follows the last slash of a path or an address.
func basename(args ...any) (any, error) {
	text, ok := args[0].(string)
	if !ok || text == "" {
		return "", nil
	}
	return path.Base(text), nil
}

// tame puts an underscore in the place of each of some characters: those that a
// system does not take in a name.
func tame(args ...any) (any, error) {
	odd := args[1].(string)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(odd, r) {
			return '_'
		}
		return r
	}, args[0].(string)), nil
}

// A reply that goes out under the portal's own user ends with who wrote it. The
// same lines, read back, tell which action wrote an entry.
const (
	separator = "\n\n-- \n"
	wrote     = " wrote this in the client portal. Reference "
)

// sign(text, name, mail, ref) appends the lines.
func sign(args ...any) (any, error) {
	name := strings.Map(oneLine, args[1].(string))
	mail := strings.Map(oneLine, args[2].(string))
	text := strings.TrimRight(args[0].(string), " \t\r\n")
	return fmt.Sprintf("%s%s%s <%s>%s%s", text, separator, name, mail, wrote, args[3]), nil
}

// oneLine keeps a name from ending the line that it stands in, or from looking
// like the address that follows it.
func oneLine(r rune) rune {
	if r < ' ' || r == '<' || r == '>' {
		return ' '
	}
	return r
}

// unsign takes the lines off: text, name, email and ref. Without them, ref is ""
// and text is what was given. It proves nothing about the author: the manifest
// must ask for that separately.
func unsign(args ...any) (any, error) {
	whole, _ := args[0].(string)
	out := map[string]string{"text": whole, "name": "", "email": "", "ref": ""}
	body := strings.TrimRight(strings.ReplaceAll(whole, "\r\n", "\n"), "\n ")
	at := strings.LastIndex(body, separator)
	if at < 0 {
		return out, nil
	}
	line := body[at+len(separator):]
	phrase := strings.LastIndex(line, wrote) // a name may contain the phrase too
	if phrase < 0 || strings.Contains(line, "\n") {
		return out, nil
	}
	name, mail, ok := strings.Cut(line[:phrase], " <")
	if !ok || !strings.HasSuffix(mail, ">") {
		return out, nil
	}
	ref := line[phrase+len(wrote):]
	out["text"], out["name"], out["email"], out["ref"] = body[:at], name, strings.TrimSuffix(mail, ">"), ref
	return out, nil
}
