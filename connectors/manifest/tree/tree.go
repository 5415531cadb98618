// Package tree is the body of an answer as expressions see it. Read promises to
// accept exactly the JSON of RFC 8259, to notice every cut and every mistake
// also in parts that nobody asks for, and to keep the digits of a number as they
// were sent. A Value is read without copying and never changes, so that many
// goroutines may share it.
//
// It hides how little is kept: one flat list of nodes and one text for a whole
// page, without a map, and only of the members that a manifest names.
package tree

import "slices"

// node is one value that was kept. The values inside a list or an object follow
// it directly.
type node struct {
	kind Kind
	name uint32 // of the member that this is; unnamed in a list
	// start and end delimit a text or a number in the body's text. A list or an
	// object has its length in start, and in end the node that follows it. A Bool
	// that is true starts at 1.
	start, end uint32
}

// body is one document, or what stands in for it when a value comes from
// elsewhere.
type body struct {
	text  string
	nodes []node
	names *Names
	more  []string // names beyond those of the manifest, when all are kept
	tidy  bool     // every text is known to be valid UTF-8 without NUL
	// foreign is a value of Go: the only one here, or the plain form of the list
	// or object at a node.
	foreign any
	at      uint32
}

func (b *body) name(id uint32) string {
	if int(id) < len(b.names.list) {
		return b.names.list[id]
	}
	return b.more[int(id)-len(b.names.list)]
}

// after is the node that follows one and all that is in it.
func (b *body) after(at uint32) uint32 {
	if n := &b.nodes[at]; n.kind >= List {
		return n.end
	}
	return at + 1
}

func (b *body) value(at uint32) Value {
	n := &b.nodes[at]
	if n.kind >= List {
		return Value{in: b, start: at, end: n.end, kind: n.kind}
	}
	return Value{in: b, start: n.start, end: n.end, kind: n.kind}
}

// Names are the members that the expressions of one manifest can ask for. They
// are collected while it is compiled and do not change afterwards.
type Names struct {
	list  []string // by id; the first stands for no name
	ids   map[string]uint32
	first [256]uint32 // the newest id with a hash
	next  []uint32    // by id: an older one with the same hash
	all   bool
}

// unnamed is the id of no member.
const unnamed = 0

// NewNames returns a set of some names.
func NewNames(names ...string) *Names {
	n := &Names{list: []string{""}, ids: map[string]uint32{}, next: []uint32{0}}
	for _, name := range names {
		n.ID(name)
	}
	return n
}

// ID returns the id by which Value.Member finds a name, and remembers the name.
func (n *Names) ID(name string) uint32 {
	if id, ok := n.ids[name]; ok {
		return id
	}
	id := uint32(len(n.list))
	n.list, n.ids[name] = append(n.list, name), id
	h := hash([]byte(name))
	n.next, n.first[h] = append(n.next, n.first[h]), id
	return id
}

// All reports whether Read keeps members of any name.
func (n *Names) All() bool { return n.all }

// Has reports whether Read keeps members of a name.
func (n *Names) Has(name string) bool { return n.all || n.ids[name] != unnamed }

// Everything returns the same names, with which Read keeps all other members too.
func (n *Names) Everything() *Names {
	out := *n
	out.list, out.next, out.all = slices.Clip(n.list), slices.Clip(n.next), true
	return &out
}

// find is the id of a name, or unnamed.
func (n *Names) find(name []byte) uint32 {
	for id := n.first[hash(name)]; id != unnamed; id = n.next[id] {
		if n.list[id] == string(name) {
			return id
		}
	}
	return unnamed
}

// hash tells the names that people give to members well enough apart.
func hash(name []byte) uint8 {
	if len(name) == 0 {
		return 0
	}
	return uint8(len(name))*31 + name[0]*7 + name[len(name)-1]*3 + name[len(name)/2]
}
