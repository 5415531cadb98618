// Package valid is the one configured validator: rules stand in struct tags
// beside the fields, and a failure comes back in words that a person can act on.
package valid

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"

	"portico/sync/fault"
)

var validate = newValidator()

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		for _, key := range []string{"form", "json", "yaml"} {
			if name, _, _ := strings.Cut(f.Tag.Get(key), ","); name != "" && name != "-" {
				return name
			}
		}
		return f.Name
	})
	return v
}

// Struct checks the tags of v. The error is fault.Invalid with one sentence per field.
func Struct(v any) error {
	err := validate.Struct(v)
	if err == nil {
		return nil
	}
	var fields validator.ValidationErrors
	if !errors.As(err, &fields) {
		return fault.Wrap(fault.Internal, "validate", err)
	}
	out := fault.New(fault.Invalid, "Please correct what is marked.").Because("validate", err)
	for _, f := range fields {
		_, path, _ := strings.Cut(f.Namespace(), ".")
		out.Field(path, sentence(f))
	}
	return out
}

// sentence puts one failed rule in words.
func sentence(f validator.FieldError) string {
	switch f.Tag() {
	case "required":
		return "This is needed."
	case "max":
		if f.Kind() == reflect.String {
			return fmt.Sprintf("At most %s characters; this has %d.", f.Param(), len([]rune(f.Value().(string))))
		}
		return "At most " + f.Param() + "."
	case "min":
		return "At least " + f.Param() + "."
	case "email":
		return "This is not a mail address."
	case "http_url", "url":
		return "This is not a web address (https://…)."
	case "hostname_rfc1123|ip":
		return "This is not the name or address of a machine."
	case "oneof":
		return "One of: " + strings.ReplaceAll(f.Param(), " ", ", ") + "."
	default:
		return "This does not fit (" + f.Tag() + ")."
	}
}
