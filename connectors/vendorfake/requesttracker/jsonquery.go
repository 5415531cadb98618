package requesttracker

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// limit is one line of a JSON search. Lines about one field are joined by OR
// unless they say otherwise, lines about different fields by AND.
type limit struct {
	Field      string `json:"field"`
	Operator   string `json:"operator"`
	Value      any    `json:"value"`
	Aggregator string `json:"entry_aggregator"`
}

// limits reads a JSON search from the body or the query. The second result is
// false when there is none at all, which finds nothing.
func (c *call) limits() ([]limit, bool, answer) {
	text := string(c.body)
	if c.r.Method == http.MethodGet {
		text = c.r.URL.Query().Get("query")
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil, false, answer{}
	}
	var out []limit
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, false, refuse(http.StatusBadRequest, "JSON parse error: "+err.Error())
	}
	return out, len(out) > 0, answer{}
}

// fits holds a row against the lines whose field may be searched. The others
// are ignored, as in the original: a search by a field that is not searchable
// finds everything.
func fits(lines []limit, value func(field string) (string, bool)) bool {
	verdicts := map[string]bool{}
	for _, l := range lines {
		have, searchable := value(l.Field)
		if !searchable {
			continue
		}
		holds := l.holds(have)
		if before, again := verdicts[l.Field]; again {
			if strings.EqualFold(l.Aggregator, "AND") {
				holds = holds && before
			} else {
				holds = holds || before
			}
		}
		verdicts[l.Field] = holds
	}
	for _, holds := range verdicts {
		if !holds {
			return false
		}
	}
	return true
}

// holds compares as the database does: numbers as numbers, the rest as text,
// and what is empty, which stands for NULL there, only with IS.
func (l limit) holds(have string) bool {
	switch strings.ToUpper(l.Operator) {
	case "IS":
		return have == ""
	case "IS NOT":
		return have != ""
	}
	if have == "" {
		return false
	}
	want := plain(l.Value)
	have, want = strings.ToLower(have), strings.ToLower(want)
	order := strings.Compare(have, want)
	if a, err := strconv.ParseFloat(have, 64); err == nil {
		if b, err := strconv.ParseFloat(want, 64); err == nil {
			order = cmp.Compare(a, b)
		}
	}
	switch strings.ToUpper(l.Operator) {
	case "", "=":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case "LIKE":
		return strings.Contains(have, want)
	case "NOT LIKE":
		return !strings.Contains(have, want)
	case "STARTSWITH":
		return strings.HasPrefix(have, want)
	}
	return false
}

// plain is a JSON scalar as text.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	}
	return ""
}
