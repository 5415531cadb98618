package engine

import (
	"fmt"
	"strconv"
	"strings"
)

// A page is mostly fields that no expression of the manifest names: links,
// types, ids of ids. parseTree reads JSON (RFC 8259) into the usual tree of
// maps, lists, text, float64, bool and nil, and leaves out the members that
// nobody asks for. They are still checked, so that a broken page is noticed.

// maxDepth is deeper than any honest answer.
const maxDepth = 200

// parseTree reads one whole document. A nil wanted keeps every member. Texts
// share the memory of the document.
func parseTree(data []byte, wanted map[string]string) (any, error) {
	p := treeParser{s: string(data), wanted: wanted}
	v, err := p.value(true, 0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.s) {
		return nil, p.wrong("something follows the document")
	}
	return v, nil
}

type treeParser struct {
	s      string
	at     int
	wanted map[string]string
	sizes  [8]int // members of the last object at each depth: the next is mostly like it
}

func (p *treeParser) wrong(what string) error {
	return fmt.Errorf("byte %d of %d: %s", p.at, len(p.s), what)
}

func (p *treeParser) space() {
	for p.at < len(p.s) {
		switch p.s[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next skips space and returns the byte there, or 0 at the end.
func (p *treeParser) next() byte {
	p.space()
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

// value reads one value; without keep it only checks it.
func (p *treeParser) value(keep bool, depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.wrong("nested too deeply")
	}
	switch c := p.next(); c {
	case '{':
		return p.object(keep, depth)
	case '[':
		return p.array(keep, depth)
	case '"':
		text, err := p.text()
		if err != nil || !keep {
			return nil, err
		}
		return text, nil
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	default:
		return p.number(keep)
	}
}

func (p *treeParser) word(w string) error {
	if !strings.HasPrefix(p.s[p.at:], w) {
		return p.wrong("no value")
	}
	p.at += len(w)
	return nil
}

func (p *treeParser) object(keep bool, depth int) (any, error) {
	p.at++
	var out map[string]any
	if keep {
		out = make(map[string]any, p.sizes[min(depth, len(p.sizes)-1)])
		defer func() { p.sizes[min(depth, len(p.sizes)-1)] = min(len(out), 64) }()
	}
	if p.next() == '}' {
		p.at++
		return out, nil
	}
	for {
		if p.next() != '"' {
			return nil, p.wrong("a name is missing")
		}
		name, err := p.text()
		if err != nil {
			return nil, err
		}
		if p.next() != ':' {
			return nil, p.wrong("a colon is missing")
		}
		p.at++
		use := keep
		if keep && p.wanted != nil {
			name, use = p.wanted[name], p.wanted[name] != ""
		}
		v, err := p.value(use, depth+1)
		if err != nil {
			return nil, err
		}
		if use {
			out[name] = v
		}
		if done, err := p.more('}'); done || err != nil {
			return out, err
		}
	}
}

func (p *treeParser) array(keep bool, depth int) (any, error) {
	p.at++
	out := []any{}
	if p.next() == ']' {
		p.at++
		return out, nil
	}
	for {
		v, err := p.value(keep, depth+1)
		if err != nil {
			return nil, err
		}
		if keep {
			out = append(out, v)
		}
		if done, err := p.more(']'); done || err != nil {
			return out, err
		}
	}
}

// more passes a comma, or the end of a list or an object.
func (p *treeParser) more(end byte) (done bool, err error) {
	switch p.next() {
	case ',':
		p.at++
		return false, nil
	case end:
		p.at++
		return true, nil
	default:
		return false, p.wrong("a comma or " + string(end) + " is missing")
	}
}

func (p *treeParser) number(keep bool) (any, error) {
	start := p.at
	for p.at < len(p.s) && strings.IndexByte("+-.eE0123456789", p.s[p.at]) >= 0 {
		p.at++
	}
	digits := p.s[start:p.at]
	if !isNumber(digits) {
		p.at = start
		return nil, p.wrong("no value")
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return nil, p.wrong("a number is too large")
	}
	if !keep {
		return nil, nil
	}
	return n, nil
}

// isNumber is the grammar of RFC 8259, section 6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		leading := n > 1 && s[0] == '0'
		s = s[n:]
		return n > 0 && !leading
	}
	some := func() bool {
		rest := strings.TrimLeft(s, "0123456789")
		ok := len(rest) < len(s)
		s = rest
		return ok
	}
	if !digits() {
		return false
	}
	if strings.HasPrefix(s, ".") {
		if s = s[1:]; !some() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		return some() && s == ""
	}
	return s == ""
}
