package reread

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"portico/sync/record"
	"portico/sync/remote"
)

// mostValue is how many letters of a value are shown.
const mostValue = 400

// changes are the fields of a record that are not as they were, in order. Nothing to
// compare with is everything.
func changes(was, is *record.Record) []remote.Difference {
	before, now := fields(was), fields(is)
	all := maps.Clone(before)
	maps.Copy(all, now)
	var out []remote.Difference
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] != now[name] {
			out = append(out, remote.Difference{Field: name, Was: before[name], Now: now[name]})
		}
	}
	return out
}

// fields are the values of a record as texts, by the names that they are stored under.
func fields(r *record.Record) map[string]string {
	out := map[string]string{}
	if r == nil {
		return out
	}
	data, err := json.Marshal(r.Body)
	if err != nil {
		return out
	}
	var body map[string]any
	if json.Unmarshal(data, &body) != nil {
		return out
	}
	if r.Company != "" {
		body["company"] = r.Company
	}
	for name, value := range body {
		text, isText := value.(string)
		if !isText {
			data, err := json.Marshal(value)
			if err != nil {
				data = fmt.Append(nil, value)
			}
			text = string(data)
		}
		if letters := []rune(text); len(letters) > mostValue {
			text = string(letters[:mostValue]) + "…"
		}
		out[name] = text
	}
	return out
}
