package tape

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is an exchange with its stand-ins.
func (s *scrubber) clean(h heard) Exchange {
	e := Exchange{Request: Request{Method: h.method, Path: s.path(h.path), Body: s.body(h.asked)},
		Answer: Answer{Status: h.status, Headers: map[string]string{}}}
	for _, p := range h.query {
		value := s.text(p[1])
		if guarded(p[0]) {
			value = Standin
		}
		e.Request.Query = append(e.Request.Query, [2]string{p[0], value})
	}
	for name, value := range h.headers {
		e.Answer.Headers[name] = s.text(value)
	}
	if _, ok := decoded(h.body); ok {
		e.Answer.Body = s.body(h.body)
	} else {
		e.Answer.Text = s.text(string(h.body))
	}
	return e
}

func (s *scrubber) path(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = s.text(parts[i])
	}
	return strings.Join(parts, "/")
}

// body is JSON with stand-ins; what is no JSON becomes one text.
func (s *scrubber) body(data []byte) json.RawMessage {
	return asBody(data, func(v any) any { return s.renew("", v) })
}

// asBody writes a body as it stands on a tape.
func asBody(data []byte, renew func(any) any) json.RawMessage {
	if len(data) == 0 {
		return nil
	}
	v, ok := decoded(data)
	if !ok {
		v = string(data)
		if form, err := url.ParseQuery(string(data)); err == nil && len(form) > 0 {
			for name := range form {
				if guarded(name) {
					form.Set(name, Standin)
				}
			}
			v = form.Encode()
		}
	}
	out, err := json.Marshal(renew(v))
	if err != nil {
		return nil // what was decoded can be encoded
	}
	return out
}

// renew puts stand-ins into a decoded value.
func (s *scrubber) renew(name string, v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = s.renew(name, v[i])
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, one := range v {
			out[s.text(key)] = s.renew(key, one)
		}
		return out
	case string:
		if guarded(name) && len(v) >= 6 {
			return Standin
		}
		return s.text(v)
	case json.Number:
		if phoneName.MatchString(name) && len(v) >= 6 {
			return json.Number("5550100")
		}
		return v
	default:
		return v
	}
}

// text replaces everything that is known in a text.
func (s *scrubber) text(t string) string {
	for _, form := range s.secrets {
		t = strings.ReplaceAll(t, form, Standin)
	}
	for host := range s.hosts {
		t = strings.ReplaceAll(t, host, Host)
	}
	t = jwt.ReplaceAllString(t, Standin)
	t = mail.ReplaceAllStringFunc(t, s.post)
	for _, phrase := range s.longest {
		t = replaceWhole(t, phrase, s.exactly[phrase])
	}
	for given, made := range s.phones {
		t = strings.ReplaceAll(t, given, made)
	}
	t = phone.ReplaceAllStringFunc(t, s.call)
	return s.renamed(t, false)
}

// post is the stand-in of a mail address; addresses of one domain stay so.
func (s *scrubber) post(address string) string {
	at := strings.LastIndex(address, "@")
	domain := strings.ToLower(address[at+1:])
	if strings.HasSuffix(domain, ".example") && strings.HasPrefix(domain, "mail") {
		return address // ours already
	}
	if s.domains[domain] == "" {
		s.domains[domain] = fmt.Sprintf("mail%d.example", len(s.domains)+1)
	}
	key := strings.ToLower(address)
	if s.mails[key] == "" {
		s.mails[key] = fmt.Sprintf("person%d@%s", len(s.mails)+1, s.domains[domain])
	}
	return s.mails[key]
}

// call is the stand-in of a phone number.
func (s *scrubber) call(number string) string {
	if strings.HasPrefix(number, "+1-555-01") || len(number) < 5 {
		return number
	}
	if s.phones[number] == "" {
		n := len(s.phones)
		s.phones[number] = fmt.Sprintf("+1-555-01%02d", n%100)
		if n >= 100 {
			s.phones[number] += fmt.Sprintf("-%d", n/100)
		}
	}
	return s.phones[number]
}

// word gives a word of a person's name its stand-in.
func (s *scrubber) word(w string) {
	key := strings.ToLower(w)
	if utf8.RuneCountInString(key) < 3 || s.words[key] != "" {
		return
	}
	s.words[key] = syllables(len(s.words))
}

// syllables makes word number n: one that can be said and belongs to nobody.
func syllables(n int) string {
	const front, vowels = "bdfgklmnprstv", "aeiou"
	const each = len(front) * len(vowels)
	var b strings.Builder
	for rest := (n*1237 + 411) % (each * each); b.Len() < 4; rest /= each {
		b.WriteByte(front[rest%len(front)])
		b.WriteByte(vowels[rest/len(front)%len(vowels)])
	}
	if more := n / (each * each); more > 0 {
		b.WriteString(syllables(more - 1))
	}
	return b.String()
}

// renamed replaces words of people's names: those that begin with a capital, or
// all of them.
func (s *scrubber) renamed(t string, all bool) string {
	if len(s.words) == 0 {
		return t
	}
	var b strings.Builder
	for i := 0; i < len(t); {
		n := strings.IndexFunc(t[i:], notLetter)
		if n < 0 {
			n = len(t) - i
		}
		if n == 0 {
			_, size := utf8.DecodeRuneInString(t[i:])
			b.WriteString(t[i : i+size])
			i += size
			continue
		}
		b.WriteString(s.oneWord(t[i:i+n], all))
		i += n
	}
	return b.String()
}

func (s *scrubber) oneWord(w string, all bool) string {
	made := s.words[strings.ToLower(w)]
	first, size := utf8.DecodeRuneInString(w)
	switch {
	case made == "" || !all && !unicode.IsUpper(first):
		return w
	case size < len(w) && w == strings.ToUpper(w):
		return strings.ToUpper(made)
	case unicode.IsUpper(first):
		return strings.ToUpper(made[:1]) + made[1:]
	default:
		return made
	}
}

// replaceWhole replaces a phrase where it is not a part of a longer word.
func replaceWhole(t, phrase, with string) string {
	var b strings.Builder
	for {
		i := strings.Index(t, phrase)
		if i < 0 {
			b.WriteString(t)
			return b.String()
		}
		before, _ := utf8.DecodeLastRuneInString(t[:i])
		after, _ := utf8.DecodeRuneInString(t[i+len(phrase):])
		if wordly(before) || wordly(after) {
			b.WriteString(t[:i+len(phrase)])
		} else {
			b.WriteString(t[:i] + with)
		}
		t = t[i+len(phrase):]
	}
}

func wordly(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
