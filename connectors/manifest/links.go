package manifest

import "strings"

// link returns the address that a Link header gives for a relation, or "" when
// it gives none (RFC 8288, section 3).
func link(args ...any) (any, error) {
	header, _ := args[0].(string)
	wanted := args[1].(string)
	for {
		_, rest, ok := strings.Cut(header, "<")
		if !ok {
			return "", nil
		}
		address, rest, ok := strings.Cut(rest, ">")
		if !ok {
			return "", nil
		}
		var relations string
		relations, header = parameters(rest)
		for _, one := range strings.Fields(relations) {
			if strings.EqualFold(one, wanted) {
				return strings.TrimSpace(address), nil
			}
		}
	}
}

// parameters reads the parameters of one link up to the comma that ends it. It
// returns the value of the first rel and what follows.
func parameters(text string) (rel, rest string) {
	for {
		text = strings.TrimLeft(text, " \t;")
		if text == "" || text[0] == ',' {
			return rel, text
		}
		end := strings.IndexAny(text, "=;,")
		if end < 0 {
			return rel, ""
		}
		name := strings.TrimSpace(text[:end])
		if text[end] != '=' {
			text = text[end:]
			continue
		}
		var value string
		value, text = quoted(strings.TrimLeft(text[end+1:], " \t"))
		if rel == "" && strings.EqualFold(name, "rel") {
			rel = value
		}
	}
}

// quoted reads a value, which may stand in quotes, and returns what follows it.
func quoted(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ";,")
		if end < 0 {
			return strings.TrimSpace(text), ""
		}
		return strings.TrimSpace(text[:end]), text[end:]
	}
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case text[i] == '"':
			return out.String(), text[i+1:]
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), ""
}

// compact returns an object without the members that are nothing or "": what a
// system is not to be told must not be there at all.
func compact(args ...any) (any, error) {
	out := map[string]any{}
	switch object := args[0].(type) {
	case map[string]any:
		for name, v := range object {
			if v != nil && v != "" {
				out[name] = v
			}
		}
	case map[any]any:
		for name, v := range object {
			if text, ok := name.(string); ok && v != nil && v != "" {
				out[text] = v
			}
		}
	}
	return out, nil
}
