package tree

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxDepth is deeper than any honest answer.
const maxDepth = 200

// Read reads one whole document. Nothing of data is kept.
func Read(data []byte, names *Names) (Value, error) {
	r, _ := readers.Get().(*reader)
	if r == nil {
		r = &reader{}
	}
	defer readers.Put(r)
	*r = reader{s: data, names: names, nodes: r.nodes[:0], text: r.text[:0]}
	var like *form
	err := r.value(unnamed, true, &like, 0)
	if err == nil && (r.next() != 0 || r.at < len(r.s)) {
		err = r.wrong("something follows the document")
	}
	r.s = nil
	if err != nil {
		return Value{}, err
	}
	b := &body{nodes: slices.Clone(r.nodes), text: string(r.text), names: names, more: r.more}
	b.tidy = !r.torn && utf8.ValidString(b.text) && strings.IndexByte(b.text, 0) < 0
	return b.value(0), nil
}

// readers lend their lists to the next document.
var readers sync.Pool

type reader struct {
	s     []byte
	at    int
	names *Names
	nodes []node
	text  []byte // of all nodes
	spare []byte // a name without its escapes
	more  []string
	ids   map[string]uint32 // of more
	torn  bool              // a text begins inside a character
	last  map[uint32]uint32 // nodes by name, of one object
}

func (r *reader) wrong(what string) error {
	return fmt.Errorf("byte %d of %d: %s", r.at, len(r.s), what)
}

// next skips space and returns the byte there, or 0 at the end.
func (r *reader) next() byte {
	for r.at < len(r.s) {
		c := r.s[r.at]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		r.at++
	}
	return 0
}

// value reads one value; without keep it only checks it.
func (r *reader) value(name uint32, keep bool, like **form, depth int) error {
	if depth > maxDepth {
		return r.wrong("nested too deeply")
	}
	switch c := r.next(); c {
	case '{':
		return r.object(name, keep, like, depth)
	case '[':
		return r.array(name, keep, like, depth)
	case '"':
		if !keep {
			return r.skipText()
		}
		start := len(r.text)
		var err error
		if r.text, err = r.appendText(r.text); err == nil {
			r.torn = r.torn || start < len(r.text) && !utf8.RuneStart(r.text[start])
			r.nodes = append(r.nodes, node{kind: Text, name: name, start: uint32(start), end: uint32(len(r.text))})
		}
		return err
	case 't':
		return r.word("true", node{kind: Bool, name: name, start: 1}, keep)
	case 'f':
		return r.word("false", node{kind: Bool, name: name}, keep)
	case 'n':
		return r.word("null", node{kind: Nothing, name: name}, keep)
	default:
		return r.number(name, keep)
	}
}

func (r *reader) word(w string, n node, keep bool) error {
	if !strings.HasPrefix(string(r.s[r.at:min(len(r.s), r.at+len(w))]), w) {
		return r.wrong("no value")
	}
	r.at += len(w)
	if keep {
		r.nodes = append(r.nodes, n)
	}
	return nil
}

// open begins a list or an object and returns its node.
func (r *reader) open(kind Kind, name uint32, keep bool) int {
	r.at++
	if keep {
		r.nodes = append(r.nodes, node{kind: kind, name: name})
	}
	return len(r.nodes) - 1
}

func (r *reader) close(at, count int, keep bool) {
	if keep {
		r.nodes[at].start, r.nodes[at].end = uint32(count), uint32(len(r.nodes))
	}
}

func (r *reader) object(name uint32, keep bool, like **form, depth int) error {
	here := r.open(Object, name, keep)
	if r.next() == '}' {
		r.at++
		r.close(here, 0, keep)
		return nil
	}
	if *like == nil {
		*like = &form{}
	}
	var seen uint64 // a bit for each id; several share one
	twice := false
	for count, turn := 0, 0; ; turn++ {
		m, err := r.member(*like, &turn, keep)
		if err != nil {
			return err
		}
		if m.id != unnamed {
			bit := uint64(1) << (m.id & 63)
			twice = twice || seen&bit != 0
			seen |= bit
			count++
		}
		if err := r.value(m.id, m.id != unnamed, &m.of, depth+1); err != nil {
			return err
		}
		done, err := r.endOr('}')
		if err != nil {
			return err
		}
		if done {
			r.close(here, count, keep)
			if twice {
				r.hide(here)
			}
			return nil
		}
	}
}

// hide takes away the members of an object that come again: the last one counts.
func (r *reader) hide(object int) {
	if r.last == nil {
		r.last = map[uint32]uint32{}
	}
	clear(r.last)
	b := body{nodes: r.nodes}
	for at := uint32(object + 1); int(at) < len(r.nodes); at = b.after(at) {
		id := r.nodes[at].name
		if earlier, ok := r.last[id]; ok {
			r.nodes[earlier].name = unnamed
		}
		r.last[id] = at
	}
}

// name reads the name of a member and the colon.
func (r *reader) name() ([]byte, error) {
	start := r.at + 1
	end := special(r.s, start)
	name := r.s[start:end]
	if end < len(r.s) && r.s[end] == '"' {
		r.at = end + 1
	} else {
		var err error
		if r.spare, err = r.appendText(r.spare[:0]); err != nil {
			return nil, err
		}
		name = r.spare
	}
	if r.next() != ':' {
		return nil, r.wrong("a colon is missing")
	}
	r.at++
	return name, nil
}

// id is that of a name, or unnamed when nobody asks for it.
func (r *reader) id(name []byte) uint32 {
	id := r.names.find(name)
	if id != unnamed || !r.names.all {
		return id
	}
	id, ok := r.ids[string(name)]
	if !ok {
		if r.ids == nil {
			r.ids = map[string]uint32{}
		}
		id = uint32(len(r.names.list) + len(r.more))
		r.more = append(r.more, string(name))
		r.ids[string(name)] = id
	}
	return id
}

func (r *reader) array(name uint32, keep bool, like **form, depth int) error {
	here := r.open(List, name, keep)
	if r.next() == ']' {
		r.at++
		r.close(here, 0, keep)
		return nil
	}
	for count := 1; ; count++ {
		if err := r.value(unnamed, keep, like, depth+1); err != nil {
			return err
		}
		if done, err := r.endOr(']'); done || err != nil {
			r.close(here, count, keep)
			return err
		}
	}
}

// endOr passes the end of a list or an object, or a comma.
func (r *reader) endOr(end byte) (done bool, err error) {
	switch r.next() {
	case ',':
		r.at++
		return false, nil
	case end:
		r.at++
		return true, nil
	default:
		return false, r.wrong("a comma or " + string(end) + " is missing")
	}
}
