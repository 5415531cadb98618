package config

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Print writes every setting as YAML that can be used as a configuration file,
// each with what it is for and where its value came from. Secrets are stars.
func (c Config) Print(w io.Writer) error {
	var b strings.Builder
	group := ""
	for _, s := range settings {
		name, indent := s.key, ""
		if head, tail, nested := strings.Cut(s.key, "."); nested {
			if head != group {
				group = head
				fmt.Fprintf(&b, "%s:\n", head)
			}
			name, indent = tail, "  "
		}
		value, err := shown(reflect.ValueOf(c).FieldByIndex(s.index).Interface())
		if err != nil {
			return fmt.Errorf("print %s: %w", s.key, err)
		}
		fmt.Fprintf(&b, "%s# %s (%s)\n%s%s: %s\n", indent, s.help, c.Origin(s.key), indent, name, value)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return nil
}

// shown is a value as one line of YAML, without what must not be seen.
func shown(v any) (string, error) {
	switch v := v.(type) {
	case Secret:
		return scalar(v.String())
	case string:
		return scalar(withoutPassword(v))
	case []string:
		items := make([]string, len(v))
		for i, item := range v {
			text, err := scalar(item)
			if err != nil {
				return "", err
			}
			items[i] = text
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	default:
		return fmt.Sprint(v), nil
	}
}

func scalar(s string) (string, error) {
	out, err := yaml.Marshal(s)
	return strings.TrimSpace(string(out)), err
}

// withoutPassword hides the passwords in an address such as that of Redis.
func withoutPassword(s string) string {
	if strings.HasPrefix(s, "redis") {
		if r, err := parseRedis(s); err == nil {
			return r.String()
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.User == nil {
		return s
	}
	if _, has := u.User.Password(); !has {
		return s
	}
	user := u.User.Username()
	u.User = nil
	return strings.Replace(u.String(), "://", "://"+user+":"+stars+"@", 1)
}
