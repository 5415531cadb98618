package clio

import (
	"fmt"
	"slices"
	"strings"
)

// fieldsOf are the fields that may be asked for, by list; whatever holds others
// inside has a colon behind its name.
var fieldsOf = map[string][]string{
	"users":    {"name", "email", "account:"},
	Contacts:   {"name", "first_name", "last_name", "type", "is_client", "company:", "primary_email_address", "primary_phone_number", "primary_web_site:", "sales_tax_number"},
	Matters:    {"display_number", "description", "status", "shared", "client_id", "client:", "responsible_attorney:", "practice_area:", "open_date", "close_date"},
	Bills:      {"number", "subject", "purchase_order", "state", "kind", "shared", "client:", "currency:", "matters:", "sub_total", "total_tax", "total", "balance", "issued_at", "due_at"},
	Documents:  {"name", "filename", "size", "content_type", "deleted_at", "matter:", "contact:", "parent:", "document_category:", "creator:", "latest_document_version:", "external_properties:"},
	Categories: {"name"},
	Entries:    {"summary", "description", "location", "start_at", "end_at", "all_day", "matter:", "calendar_owner:", "attendees:"},
}

// fields are what an answer holds, with what is wanted of the things inside.
type fields map[string][]string

// parseFields reads "id,etag,client{id,name}". Braces inside braces are refused, and
// so are fields that there are not.
func parseFields(kind, text string) (fields, error) {
	out := fields{}
	if text == "" {
		return fields{"id": nil, "etag": nil}, nil
	}
	for text != "" {
		var name string
		at := strings.IndexAny(text, ",{")
		if at < 0 {
			name, text = text, ""
		} else if text[at] == ',' {
			name, text = text[:at], text[at+1:]
		} else {
			end := strings.IndexByte(text, '}')
			if end < 0 || strings.Contains(text[at+1:end], "{") {
				return nil, fmt.Errorf("%q is nested too deeply or never closed", text)
			}
			name = text[:at]
			if !slices.Contains(fieldsOf[kind], name+":") {
				return nil, fmt.Errorf("%q holds nothing", name)
			}
			out[name] = strings.Split(text[at+1:end], ",")
			text = strings.TrimPrefix(text[end+1:], ",")
			continue
		}
		known := append([]string{"id", "etag", "created_at", "updated_at"}, fieldsOf[kind]...)
		switch {
		case slices.Contains(known, name):
			out[name] = nil
		case slices.Contains(known, name+":"):
			out[name] = []string{"id", "etag"}
		default:
			return nil, fmt.Errorf("%q is not a valid field", name)
		}
	}
	return out, nil
}

// of is what an answer says about a thing.
func (f fields) of(thing map[string]any) map[string]any {
	out := map[string]any{}
	for name, inner := range f {
		v := thing[name]
		if inner != nil {
			v = inside(v, inner)
		}
		out[name] = v
	}
	return out
}

func inside(v any, names []string) any {
	switch t := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, name := range names {
			out[name] = t[name]
		}
		return out
	case []any:
		out := make([]any, len(t))
		for i, one := range t {
			out[i] = inside(one, names)
		}
		return out
	default:
		return nil
	}
}
