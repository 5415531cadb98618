package tape

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What members and headers are called.
var (
	secretName  = regexp.MustCompile(`(?i)authoriz|oauth|(^|[-_])auth([-_]|$)|token|secret|passw|cookie|session|signature|credential|api[-_]?key|access[-_]?key|private[-_]?key`)
	pagingName  = regexp.MustCompile(`(?i)next|prev|page|paging|continu|cursor|skip|delta|sync`)
	personName  = regexp.MustCompile(`(?i)^((first|last|middle|given|family|full|real|display|nick|sur|user|login|contact|person|employee|requester|requestor|assignee|agent|author|owner|creator|submitter|reporter|sender)[-_ ]?name|surname|nickname|login|users?|owner|creator|author|assignee|requestor|requester|submitter|reporter|agents?|contacts?|people|persons?|keeper|holder)$`)
	companyName = regexp.MustCompile(`(?i)^(company|companies|customers?|clients?|organi[sz]ations?|accounts?|vendors?|suppliers?)([-_ ]?name)?$`)
	phoneName   = regexp.MustCompile(`(?i)phone|mobile|cell|fax|^tel$`)
	ofParent    = regexp.MustCompile(`(?i)^(name|title|label|value|text)$`)
)

// What texts look like.
var (
	mail   = regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	phone  = regexp.MustCompile(`\+\d[\d ()/.-]{6,}\d|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\b0\d{2,5}[ /-]\d{3,}(?:[ -]\d+)*`)
	jwt    = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	serial = regexp.MustCompile(`^[0-9a-fA-F-]{16,}$`)
	number = regexp.MustCompile(`^[\d.,:/ -]*$`)
)

// guarded reports whether what is called so is a credential. The token of a page and
// the type of a token are none, and a recording cannot be played without them.
func guarded(name string) bool {
	return secretName.MatchString(name) && !pagingName.MatchString(name) && !strings.HasSuffix(strings.ToLower(name), "type")
}

// scrubber replaces what must not be kept, the same by the same.
type scrubber struct {
	also    []string
	secrets []string          // in every form that they may have
	hosts   map[string]bool   // of the system
	exactly map[string]string // whole values and phrases
	words   map[string]string // of people's names, in lower case
	mails   map[string]string
	domains map[string]string
	phones  map[string]string
	longest []string // keys of exactly, the longest first
}

func newScrubber(secrets, also []string) *scrubber {
	s := &scrubber{also: also, hosts: map[string]bool{}, exactly: map[string]string{}, words: map[string]string{},
		mails: map[string]string{}, domains: map[string]string{}, phones: map[string]string{}}
	for _, secret := range secrets {
		s.secret(secret)
	}
	return s
}

// secret remembers a credential in the forms in which it may stand somewhere.
func (s *scrubber) secret(text string) {
	if text == "" || text == Standin {
		return
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		quoted = []byte(`""`)
	}
	raw := []byte(text)
	for _, form := range []string{text, strings.Trim(string(quoted), `"`), url.QueryEscape(text), url.PathEscape(text),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw)} {
		if form != "" && !slices.Contains(s.secrets, form) {
			s.secrets = append(s.secrets, form)
		}
	}
	slices.SortFunc(s.secrets, func(a, b string) int { return len(b) - len(a) })
}

// leaks reports whether a credential stands in what is to be written.
func (s *scrubber) leaks(data []byte) bool {
	data = bytes.ReplaceAll(data, []byte(Standin), nil)
	return slices.ContainsFunc(s.secrets, func(form string) bool { return bytes.Contains(data, []byte(form)) })
}

// learn looks for credentials, people and companies in one exchange.
func (s *scrubber) learn(h heard) {
	s.hosts[h.host] = true
	for _, p := range h.query {
		if guarded(p[0]) {
			s.secret(p[1])
		}
	}
	for _, text := range [][]byte{h.asked, h.body} {
		if v, ok := decoded(text); ok {
			s.meet("", "", v)
		}
		for _, token := range jwt.FindAllString(string(text), -1) {
			s.secret(token)
		}
	}
	s.longest = s.longest[:0]
	for phrase := range s.exactly {
		s.longest = append(s.longest, phrase)
	}
	slices.SortFunc(s.longest, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// meet walks through an answer; name is what the value is called, within is what
// holds it.
func (s *scrubber) meet(within, name string, v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			s.meet(within, name, one)
		}
	case map[string]any:
		person := false
		for _, one := range v {
			text, ok := one.(string)
			person = person || ok && mail.FindString(text) == text && text != ""
		}
		for _, key := range sorted(v) {
			called := key
			if ofParent.MatchString(key) {
				if called = name; person {
					called = "full_name"
				}
			}
			s.meet(name, called, v[key])
		}
	case string:
		s.value(name, v)
	}
}

// value learns one text by what it is called.
func (s *scrubber) value(name, text string) {
	plain := number.MatchString(text) || serial.MatchString(text) || strings.ContainsAny(text, "@\n") || strings.Contains(text, "://") || len(text) > 80
	switch {
	case guarded(name):
		if len(text) >= 6 {
			s.secret(text)
		}
	case phoneName.MatchString(name):
		s.call(text)
	case plain:
	case slices.Contains(s.also, name) || companyName.MatchString(name):
		s.phrase(text, func(n int) string { return fmt.Sprintf("Company %d", n) })
	case personName.MatchString(name):
		for _, word := range strings.FieldsFunc(text, notLetter) {
			s.word(word)
		}
		s.phrase(text, func(int) string { return s.renamed(text, true) })
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// phrase gives a whole value its stand-in.
func (s *scrubber) phrase(text string, made func(n int) string) {
	if text = strings.TrimSpace(text); s.exactly[text] == "" && len(text) > 1 {
		s.exactly[text] = made(len(s.exactly) + 1)
	}
}

func sorted(m map[string]any) []string {
	var out []string
	for key := range m {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// decoded is JSON with its numbers as they were written.
func decoded(data []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if len(bytes.TrimSpace(data)) == 0 || d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	return v, true
}
