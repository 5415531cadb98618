package form

import (
	"encoding"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValues is how many values a list field takes.
const maxValues = 200

// assign fills the fields that carry a form tag and returns what does not fit,
// by field name. dst must be a pointer to a struct; anything else is a mistake
// in the program and panics.
func assign(values url.Values, dst any) map[string]string {
	problems := map[string]string{}
	v := reflect.ValueOf(dst).Elem()
	t := v.Type()
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("form"), ",")
		if name == "" || name == "-" {
			continue
		}
		given, ok := values[name]
		if !ok || len(given) == 0 {
			continue
		}
		if problem := set(v.Field(i), given, option); problem != "" {
			problems[name] = problem
		}
	}
	return problems
}

// set puts the given texts into one field and says in a sentence what is wrong.
func set(f reflect.Value, given []string, option string) string {
	if f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.String {
		return setList(f, given, option)
	}
	text, problem := clean(given[0], option)
	if problem != "" {
		return problem
	}
	if u, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if text == "" {
			return ""
		}
		if u.UnmarshalText([]byte(text)) != nil {
			return "This choice does not exist."
		}
		return ""
	}
	return setScalar(f, text)
}

func setList(f reflect.Value, given []string, option string) string {
	if len(given) > maxValues {
		return "At most " + strconv.Itoa(maxValues) + " choices."
	}
	list := reflect.MakeSlice(f.Type(), 0, len(given))
	for _, g := range given {
		text, problem := clean(g, option)
		if problem != "" {
			return problem
		}
		list = reflect.Append(list, reflect.ValueOf(text).Convert(f.Type().Elem()))
	}
	f.Set(list)
	return ""
}

func setScalar(f reflect.Value, text string) string {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Bool:
		switch text {
		case "on", "true", "1", "yes":
			f.SetBool(true)
		case "", "off", "false", "0", "no":
			f.SetBool(false)
		default:
			return "Yes or no."
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		if text == "" {
			return ""
		}
		n, err := strconv.ParseInt(text, 10, f.Type().Bits())
		if err != nil {
			return "This is not a whole number."
		}
		f.SetInt(n)
	default:
		panic("form: a field of type " + f.Type().String() + " cannot be read from a form")
	}
	return ""
}

// clean applies the option of the tag to one text.
func clean(text, option string) (out, problem string) {
	if option == "exact" {
		return text, ""
	}
	if !utf8.ValidString(text) {
		return "", "This is not readable text (UTF-8)."
	}
	if option == "body" {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		text = strings.ReplaceAll(text, "\r", "\n")
	} else {
		text = strings.TrimSpace(text)
	}
	strange := func(r rune) bool {
		return unicode.IsControl(r) && (option != "body" || (r != '\n' && r != '\t'))
	}
	if strings.ContainsFunc(text, strange) {
		if option != "body" {
			return "", "This holds characters that cannot be shown."
		}
		// A log pasted into a message brings escape codes; they carry no meaning here.
		text = strings.Map(func(r rune) rune {
			if strange(r) {
				return -1
			}
			return r
		}, text)
	}
	return text, ""
}
