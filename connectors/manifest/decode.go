package manifest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// UnmarshalJSON reads "90s", "5m", "24h".
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	span, err := time.ParseDuration(text)
	d.Duration = span
	return err
}

// UnmarshalJSON keeps the source; the compile step fills in the program. A plain
// true or false, where the schema allows one, is the expression that says so.
func (e *Expr) UnmarshalJSON(data []byte) error {
	if text := string(data); text == "true" || text == "false" {
		e.Source = text
		return nil
	}
	return json.Unmarshal(data, &e.Source)
}

// UnmarshalJSON keeps the source; the compile step fills in the parts.
func (t *Template) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &t.Source) }

// Lets keeps the order in which values are named: a later one may use an earlier.
type Lets []Let

// UnmarshalJSON reads a list of single-key objects.
func (l *Lets) UnmarshalJSON(data []byte) error {
	var list []map[string]string
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, one := range list {
		for name, source := range one {
			*l = append(*l, Let{Name: name, Expr: Expr{Source: source}})
		}
	}
	return nil
}

// Statuses is a set of HTTP status codes.
type Statuses struct {
	set map[int]bool
}

// Has reports whether the code is in the set.
func (s Statuses) Has(code int) bool { return s.set[code] }

// Empty reports whether no code was named.
func (s Statuses) Empty() bool { return len(s.set) == 0 }

// UnmarshalJSON reads 404, "5xx" or a list of them.
func (s *Statuses) UnmarshalJSON(data []byte) error {
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		list = []any{one}
	}
	s.set = map[int]bool{}
	for _, item := range list {
		switch v := item.(type) {
		case float64:
			s.set[int(v)] = true
		case string:
			if len(v) != 3 || !strings.HasSuffix(v, "xx") || v[0] < '1' || v[0] > '5' {
				return fmt.Errorf("status %q is neither a number nor like 5xx", v)
			}
			for code := int(v[0]-'0') * 100; code < int(v[0]-'0')*100+100; code++ {
				s.set[code] = true
			}
		}
	}
	return nil
}
