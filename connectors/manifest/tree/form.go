package tree

import "slices"

// form is what the objects in one place of a document look like. Most are like
// the one before, so a name is mostly the one that came next last time, and
// comparing is faster than reading.
type form struct{ members []expected }

type expected struct {
	written []byte // the name from its quote to its colon
	id      uint32
	of      *form // what an object in this member looks like
}

const (
	maxForm = 64 // members that are remembered
	glance  = 4  // members that may be missing on the way to the next one
)

// next is the place of the member whose name s begins with, or -1. It is looked
// for from the place given on.
func (f *form) next(s []byte, from int) int {
	for i := from; i < len(f.members) && i < from+glance; i++ {
		if w := f.members[i].written; len(s) >= len(w) && string(s[:len(w)]) == string(w) {
			return i
		}
	}
	return -1
}

// member reads the name of a member and the colon. turn is where its form expects
// it, and then where it is. Without keep, or when nobody asks for the member, it
// is unnamed.
func (r *reader) member(f *form, turn *int, keep bool) (*expected, error) {
	if r.next() != '"' {
		return nil, r.wrong("a name is missing")
	}
	if i := f.next(r.s[r.at:], *turn); i >= 0 {
		*turn = i
		r.at += len(f.members[i].written)
		return &f.members[i], nil
	}
	start := r.at
	name, err := r.name()
	if err != nil {
		return nil, err
	}
	m := expected{written: r.s[start:r.at]}
	if keep {
		m.id = r.id(name)
	}
	if len(f.members) == maxForm {
		return &m, nil
	}
	*turn = min(*turn, len(f.members))
	f.members = slices.Insert(f.members, *turn, m)
	return &f.members[*turn], nil
}
