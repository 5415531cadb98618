package settings

import (
	"fmt"
	"reflect"
	"strings"
)

// Clash is a field that somebody else changed while it stood in a form.
type Clash struct {
	Field           string
	Was, Now, Typed string // Typed is what the form holds now
}

// merge brings what somebody else saved into what is typed. A field that only they
// changed becomes theirs; one that was typed stays as it is typed. It returns every
// field that they changed. T is a struct; a field without a form tag is left alone.
func merge[T any](base, theirs T, typed *T) []Clash {
	var out []Clash
	b, t, mine := reflect.ValueOf(base), reflect.ValueOf(theirs), reflect.ValueOf(typed).Elem()
	for i := range mine.NumField() {
		name := fieldName(mine.Type().Field(i))
		if name == "" || reflect.DeepEqual(b.Field(i).Interface(), t.Field(i).Interface()) {
			continue
		}
		if reflect.DeepEqual(mine.Field(i).Interface(), b.Field(i).Interface()) {
			mine.Field(i).Set(t.Field(i))
		}
		out = append(out, Clash{name, text(b.Field(i)), text(t.Field(i)), text(mine.Field(i))})
	}
	return out
}

// Differ names the fields in which two values of a group differ, in their order.
func Differ[T any](a, b T) []string {
	var out []string
	for _, c := range merge(a, b, &a) {
		out = append(out, c.Field)
	}
	return out
}

// Hold puts the value in force back into every field that the configuration decides.
func Hold[T any](typed *T, s State[T]) {
	mine, force := reflect.ValueOf(typed).Elem(), reflect.ValueOf(s.Value)
	for i := range mine.NumField() {
		if name := fieldName(mine.Type().Field(i)); s.Fixed[name] != "" {
			mine.Field(i).Set(force.Field(i))
		}
	}
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
	return name
}

func text(v reflect.Value) string {
	if v.Kind() == reflect.Slice {
		return "" // a picture says nothing in words
	}
	return fmt.Sprint(v.Interface())
}
