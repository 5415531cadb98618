package tree

import (
	"bytes"
	"strconv"
	"strings"
)

// number reads a number and keeps its digits.
func (r *reader) number(name uint32, keep bool) error {
	start, at := r.at, r.at
	for at < len(r.s) && numeric(r.s[at]) {
		at++
	}
	digits := r.s[start:at]
	if !isNumber(digits) {
		return r.wrong("no value")
	}
	if len(digits) > 300 || bytes.ContainsAny(digits, "eE") { // others always fit
		if _, err := strconv.ParseFloat(string(digits), 64); err != nil {
			return r.wrong("a number is too large")
		}
	}
	r.at = at
	if keep {
		from := len(r.text)
		r.text = append(r.text, digits...)
		r.nodes = append(r.nodes, node{kind: Number, name: name, start: uint32(from), end: uint32(len(r.text))})
	}
	return nil
}

func numeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}

// isNumber is the grammar of RFC 8259, section 6.
func isNumber(s []byte) bool {
	at := 0
	is := func(set string) bool {
		ok := at < len(s) && strings.IndexByte(set, s[at]) >= 0
		if ok {
			at++
		}
		return ok
	}
	digits := func() int {
		from := at
		for at < len(s) && s[at] >= '0' && s[at] <= '9' {
			at++
		}
		return at - from
	}
	is("-")
	first := at
	if n := digits(); n == 0 || n > 1 && s[first] == '0' {
		return false
	}
	if is(".") && digits() == 0 {
		return false
	}
	if is("eE") {
		is("+-")
		if digits() == 0 {
			return false
		}
	}
	return at == len(s)
}
