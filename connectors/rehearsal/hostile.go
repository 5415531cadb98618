package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"portico/sync/fault"
	"portico/sync/remote"
)

// values that no vendor documents and some day one sends.
var values = map[string]json.RawMessage{
	"a number":        json.RawMessage(`-1e308`),
	"null":            json.RawMessage(`null`),
	"a yes":           json.RawMessage(`true`),
	"an object":       json.RawMessage(`{"id":{"id":[]}}`),
	"a list of lists": json.RawMessage(`[[[["x"]]],null,7,{"":""}]`),
	"markup":          json.RawMessage(`"<script>alert(1)</script>\u0000\u202e'\"; --{{item}}"`),
	"a huge text":     json.RawMessage(`"` + strings.Repeat("0123456789abcdef", 1<<13) + `"`),
	"a broken date":   json.RawMessage(`"2026-02-31T99:99:99Z"`),
}

// hostile puts each value in the place of each member of the first item of a list.
func (s *stage) hostile(st remote.Stream) {
	what := st.Name + ": a hostile item harms nothing else"
	s.replay.Spoiled(nil)
	if err := s.pull(s.run(), st.Name, remote.Changes); err != nil {
		s.add(Fail, what, problem(err))
		return
	}
	place, rows := -1, ""
	for _, n := range s.replay.Played() {
		if name, ok := listIn(s.tape.Exchanges[n].Answer.Body); ok {
			place, rows = n, name
		}
	}
	if place < 0 {
		s.add(Skip, what, "no list of items was recorded")
		return
	}
	members := membersOf(s.tape.Exchanges[place].Answer.Body, rows)
	for _, member := range members {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if wrong := s.survives(st, place, rows, member, values[name]); wrong != "" {
				s.add(Fail, what, fmt.Sprintf("%s is %s: %s", member, name, wrong))
				return
			}
		}
	}
	s.add(OK, what, count(len(members), "member")+", "+count(len(values), "value"))
}

// survives pulls with one spoiled member and says what is wrong, or "".
func (s *stage) survives(st remote.Stream, place int, rows, member string, value json.RawMessage) string {
	s.replay.Spoiled(func(at int, _ *http.Response, body []byte) []byte {
		if at != place {
			return body
		}
		return withMember(body, rows, member, value)
	})
	r := s.run()
	err := s.pull(r, st.Name, remote.Everything)
	switch {
	case err != nil && fault.Public(err) == "":
		return "the pull fails without words for an administrator: " + err.Error()
	case err != nil:
		return ""
	}
	for _, reject := range r.rejects {
		if reject.Reason == "" {
			return "a record is set aside without a reason"
		}
	}
	if s.m.Streams[st.Name].ForEach != nil {
		return "" // what belongs to one parent may be many
	}
	lost := 0
	for key, text := range s.whole[st.Name].held {
		if r.held[key] != text {
			lost++
		}
	}
	if lost > len(st.Kinds) {
		return fmt.Sprintf("one item was spoiled, and %d records are missing or others", lost)
	}
	return ""
}

// listIn is the member of an answer that holds its items, "" when the answer is one.
func listIn(body json.RawMessage) (string, bool) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		return "", true
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return "", false
	}
	best, most := "", 0
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if json.Unmarshal(object[name], &list) == nil && len(list) > most {
			best, most = name, len(list)
		}
	}
	return best, most > 0
}

// membersOf are the names in the first item of a list.
func membersOf(body json.RawMessage, rows string) []string {
	var out []string
	change(body, rows, func(item map[string]json.RawMessage) { out = slices.Sorted(maps.Keys(item)) })
	return out
}

func withMember(body json.RawMessage, rows, member string, value json.RawMessage) []byte {
	return change(body, rows, func(item map[string]json.RawMessage) { item[member] = value })
}

// change changes the first item of a list.
func change(body json.RawMessage, rows string, do func(map[string]json.RawMessage)) []byte {
	var object map[string]json.RawMessage
	inner := body
	if rows != "" {
		if json.Unmarshal(body, &object) != nil {
			return body
		}
		inner = object[rows]
	}
	var list []json.RawMessage
	var first map[string]json.RawMessage
	if json.Unmarshal(inner, &list) != nil || len(list) == 0 || json.Unmarshal(list[0], &first) != nil {
		return body
	}
	do(first)
	list[0] = encode(first)
	if rows == "" {
		return encode(list)
	}
	object[rows] = encode(list)
	return encode(object)
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return nil // it was decoded before
	}
	return data
}
