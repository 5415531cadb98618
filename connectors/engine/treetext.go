package engine

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string; p.at is on its quote.
func (p *treeParser) text() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.s) {
		switch c := p.s[p.at]; {
		case c == '"':
			p.at++
			return p.s[start : p.at-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.wrong("a control character stands in a text")
		}
		p.at++
	}
	return "", p.wrong("the text never ends")
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads on at the first backslash of a string.
func (p *treeParser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 2*(p.at-start)+32), p.s[start:p.at]...)
	for p.at < len(p.s) {
		c := p.s[p.at]
		switch {
		case c == '"':
			p.at++
			return string(out), nil
		case c < ' ':
			return "", p.wrong("a control character stands in a text")
		case c != '\\':
			out = append(out, c)
			p.at++
			continue
		}
		if p.at+1 >= len(p.s) {
			break
		}
		if p.s[p.at+1] == 'u' {
			r, err := p.unicode()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		plain, ok := escapes[p.s[p.at+1]]
		if !ok {
			return "", p.wrong("an escape that there is not")
		}
		out = append(out, plain)
		p.at += 2
	}
	return "", p.wrong("the text never ends")
}

// unicode reads \uXXXX, and the second half of a surrogate pair with it.
func (p *treeParser) unicode() (rune, error) {
	r, ok := p.hex(p.at)
	if !ok {
		return 0, p.wrong("an escape that there is not")
	}
	p.at += 6
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if second, ok := p.hex(p.at); ok {
		if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
			p.at += 6
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}

func (p *treeParser) hex(at int) (rune, bool) {
	if at+6 > len(p.s) || p.s[at] != '\\' || p.s[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(p.s[at+2:at+6], 16, 32)
	return rune(n), err == nil
}
