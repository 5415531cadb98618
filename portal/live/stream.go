package live

import (
	"slices"
	"sync"

	"portico/sync/access"
	"portico/sync/change"
	"portico/sync/record"
)

// mostNamed is how many ids of a kind are named; of more, only the kind is.
const mostNamed = 50

// stream is what one open connection has not been told yet. Putting never
// blocks and never grows beyond a few ids of each kind.
type stream struct {
	account record.AccountID
	user    string
	wake    chan struct{} // one signal: something waits

	mu      sync.Mutex
	waiting news
}

// news is what changed, put together.
type news struct {
	all bool // anything may have changed
	of  map[subject]*names
}

// subject is what a message is about: records of a kind, or what was asked for
// about them.
type subject struct {
	kind  record.Kind
	asked bool
}

// names are the ids that changed, or some that are too many to name.
type names struct {
	ids  []string
	many bool
}

func newStream(s access.Scope) *stream {
	return &stream{account: s.Account(), user: listening(s), wake: make(chan struct{}, 1)}
}

// listening names who listens. Staff who look as a member are nobody else, so that
// the pages that they have open are not counted as the member's.
func listening(s access.Scope) string {
	if s.Looking() {
		return s.Reader() + " as " + s.User()
	}
	return s.User()
}

func (s *stream) put(e change.Event) {
	s.mu.Lock()
	if !s.waiting.all {
		s.waiting.add(subject{e.Kind, e.Topic == change.ActionMoved}, e.IDs, e.Many)
	}
	s.mu.Unlock()
	s.signal()
}

func (s *stream) miss() {
	s.mu.Lock()
	s.waiting = news{all: true}
	s.mu.Unlock()
	s.signal()
}

func (s *stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take fetches what waits and leaves nothing.
func (s *stream) take() news {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.waiting
	s.waiting = news{}
	return n
}

func (n *news) add(about subject, ids []string, many bool) {
	if n.of == nil {
		n.of = map[subject]*names{}
	}
	have := n.of[about]
	if have == nil {
		have = &names{}
		n.of[about] = have
	}
	for _, id := range ids {
		if !slices.Contains(have.ids, id) {
			have.ids = append(have.ids, id)
		}
		if many = many || len(have.ids) > mostNamed; many {
			break
		}
	}
	if have.many = have.many || many; have.many {
		have.ids = nil
	}
}

// message is what a browser is told. Without ids it is about any of the kind,
// without a kind about anything.
type message struct {
	Kind string   `json:"kind,omitempty"`
	IDs  []string `json:"ids,omitempty"`
}

// paged are the kinds whose records have a page with their id in its address.
var paged = []record.Kind{record.KindTicket, record.KindAsset, record.KindInvoice, record.KindQuote}

// asked is the kind under which a browser is told of actions.
const asked = "action"

// messages is the part of the news that the reader may hear. Whose requests have
// changed stands in no event, so a reader who sees only their own is told
// neither which nor of what kind; their page finds out what of it is for them.
func (n *news) messages(s access.Scope) []message {
	if n.all {
		return []message{{}}
	}
	var out []message
	for about, named := range n.of {
		switch {
		case !s.Sees(about.kind):
		case s.OwnOnly():
			return []message{{}}
		case about.asked:
			out = append(out, message{Kind: asked})
		case slices.Contains(paged, about.kind):
			out = append(out, message{Kind: string(about.kind), IDs: named.ids})
		default: // no page has the id of anything else in its address
			out = append(out, message{Kind: string(about.kind)})
		}
	}
	return out
}
