package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// schema describes a type as JSON Schema (draft 2020-12), named structs by a
// reference into defs. What is wrong with a type panics: it is a mistake in the
// program, and every test finds it.
type schema map[string]any

func describe(t reflect.Type, defs map[string]schema) schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return schema{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return schema{"type": "object"}
	case t == reflect.TypeFor[[]byte]():
		return schema{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem(), defs)
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Slice:
		return schema{"type": "array", "items": describe(t.Elem(), defs)}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": describe(t.Elem(), defs)}
	case reflect.Struct:
		return object(t, defs)
	default:
		panic("api: no schema for " + t.String())
	}
}

func object(t reflect.Type, defs map[string]schema) schema {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	ref := schema{"$ref": "#/components/schemas/" + name}
	if _, known := defs[name]; known {
		return ref
	}
	defs[name] = nil // it may hold itself
	properties, required := map[string]schema{}, []string{}
	fields(t, func(f reflect.StructField, name string, needed bool) {
		s := describe(f.Type, defs)
		for key, value := range said(f.Tag) {
			s[key] = value
		}
		properties[name] = s
		if needed {
			required = append(required, name)
		}
	})
	def := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		def["required"] = required
	}
	defs[name] = def
	return ref
}

// fields visits what encoding/json writes of a struct; needed is what it always writes.
func fields(t reflect.Type, visit func(f reflect.StructField, name string, needed bool)) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			fields(f.Type, visit)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		visit(f, name, !strings.Contains(options, "omit"))
	}
}

// said is what the tags of a field say about it.
func said(tag reflect.StructTag) schema {
	out := schema{}
	for key, name := range map[string]string{"doc": "description", "format": "format"} {
		if text := tag.Get(key); text != "" {
			out[name] = text
		}
	}
	for _, key := range []string{"maxLength", "minimum", "maximum"} {
		if n, err := strconv.Atoi(tag.Get(key)); err == nil {
			out[key] = n
		}
	}
	if list := tag.Get("enum"); list != "" {
		out["enum"] = strings.Split(list, ",")
	}
	return out
}
