package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"
)

var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("koanf") })
	isPostgres := func(f validator.FieldLevel) bool {
		u, err := url.Parse(f.Field().String())
		// A password among the parameters would be printed with them.
		return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != "" && u.User.Username() != "" && !u.Query().Has("password")
	}
	isRedis := func(f validator.FieldLevel) bool {
		_, err := parseRedis(f.Field().String())
		return err == nil
	}
	// It fails only for an empty name or a nil function.
	if err := errors.Join(v.RegisterValidation("redis_url", isRedis), v.RegisterValidation("postgres_url", isPostgres)); err != nil {
		panic(err)
	}
	return v
}

// check applies the rules of the tags and those that span settings. Keys in
// skip were unreadable and are reported already.
func (c Config) check(skip []string) []string {
	var out []string
	report := func(key, problem string) {
		if !slices.Contains(skip, key) {
			out = append(out, fmt.Sprintf("%s: %s: %s", c.Origin(key), key, problem))
		}
	}
	var failed validator.ValidationErrors
	if errors.As(rules.Struct(c), &failed) {
		for _, f := range failed {
			_, key, _ := strings.Cut(f.Namespace(), ".")
			key, _, _ = strings.Cut(key, "[") // one item of a list
			report(key, sentence(f))
		}
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !loopback(host) && c.BaseURL == "" {
		report("base_url", "needed when listen is not a loopback address: the links in mails would lead nowhere")
	}
	if inside(c.Data, c.KeyFile) {
		report("key_file", "lies in the data folder; a copy of that folder would hold both the sealed credentials and their key")
	}
	return out
}

// sentence puts one failed rule in words.
func sentence(f validator.FieldError) string {
	given := fmt.Sprintf("%q", fmt.Sprint(f.Value()))
	switch f.Tag() {
	case "required":
		return "must not be empty"
	case "required_with":
		if f.Param() == "Host" {
			return "needed, because smtp.host is set"
		}
		return "needed for PostgreSQL, which has a role of its own for each address"
	case "hostname_port":
		return given + " is not an address and port (like 127.0.0.1:8080 or 0.0.0.0:8080)"
	case "http_url":
		return given + " is not a web address (like https://portal.example.com)"
	case "cidr":
		return given + " is not a network (like 10.0.0.0/8 or 192.168.1.5/32)"
	case "postgres_url":
		return "this is not an address of PostgreSQL (like postgres://user:password@host:5432/portico)"
	case "redis_url":
		if _, err := parseRedis(fmt.Sprint(f.Value())); err != nil {
			return err.Error()
		}
		return "this is not an address of Redis"
	case "oneof":
		return given + " is not one of " + strings.ReplaceAll(f.Param(), " ", ", ")
	case "min":
		return given + " is too small, at least " + f.Param()
	case "max":
		if f.Kind() == reflect.String {
			return given + " is too long, at most " + f.Param() + " characters"
		}
		return given + " is too large, at most " + f.Param()
	case "timezone":
		return given + " is not a time zone (like Europe/Berlin)"
	case "hexcolor", "len":
		return given + " is not a colour (like #0f5c63)"
	case "email":
		return given + " is not a mail address"
	default:
		return given + " does not fit (" + f.Tag() + ")"
	}
}

// inside reports whether path lies in folder.
func inside(folder, path string) bool {
	from, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(from, to)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
