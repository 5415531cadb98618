package connectortest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"portico/sync/record"
	"portico/sync/remote"
)

// store is what the read model would hold: the newest of every record, and a
// checkpoint for each stream, committed with its page.
type store struct {
	mu          sync.Mutex
	records     map[key]string // as JSON
	values      map[key]record.Record
	streams     map[key]string // which stream brought it
	checkpoints map[string]remote.Checkpoint
	written     int // records that were new or different
	deleted     []record.Ref
	rejects     []remote.Reject
	heard       strings.Builder // everything that was ever emitted
}

type key struct {
	kind     record.Kind
	external string
}

func newStore() *store {
	return &store{
		records: map[key]string{}, values: map[key]record.Record{}, streams: map[key]string{},
		checkpoints: map[string]remote.Checkpoint{},
	}
}

// errKilled is how a run is killed: nothing of the page is stored.
var errKilled = errors.New("killed by the check")

// run is the emitter of one pull.
type run struct {
	*store
	stream   string
	mode     remote.PullMode
	killAt   int              // the page that is refused; 0 means none
	onPage   func(number int) // called before a page is committed, or nil
	pages    int
	seen     map[record.Kind][]string
	complete bool
	after    bool // something was emitted after Complete
}

// Page implements remote.Emitter.
func (r *run) Page(_ context.Context, p remote.Page) error {
	r.pages++
	r.after = r.after || r.complete
	if r.onPage != nil {
		r.onPage(r.pages)
	}
	if r.pages == r.killAt {
		return errKilled
	}
	r.store.commit(r, p)
	return nil
}

// Progress implements remote.Emitter.
func (r *run) Progress(int, int) {}

// Complete implements remote.Emitter.
func (r *run) Complete(context.Context) error {
	r.complete = true
	return nil
}

// commit stores a page and its checkpoint together.
func (s *store) commit(r *run, p remote.Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(p)
	for _, rec := range p.Records {
		k := key{rec.Kind, rec.External}
		if text := text(rec); s.records[k] != text {
			s.records[k], s.values[k], s.streams[k] = text, rec, r.stream
			s.written++
		}
	}
	for kind, ids := range p.Seen {
		if r.seen == nil {
			r.seen = map[record.Kind][]string{}
		}
		r.seen[kind] = append(r.seen[kind], ids...)
	}
	for _, ref := range p.Deleted {
		s.remove(key{ref.Kind, ref.External})
	}
	s.deleted = append(s.deleted, p.Deleted...)
	s.rejects = append(s.rejects, p.Rejects...)
	if r.mode != remote.Census {
		s.checkpoints[r.stream] = slices.Clone(p.Next)
	}
}

func (s *store) remove(k key) {
	delete(s.records, k)
	delete(s.values, k)
	delete(s.streams, k)
}

// sweep removes what a census of Main did not see.
func (b *bench) sweep(seen []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, stream := range maps.Clone(b.streams) {
		if stream == b.system.Main && !slices.Contains(seen, k.external) {
			b.remove(k)
		}
	}
}

// hear keeps everything that left the connector, for the canaries.
func (s *store) hear(v any) {
	if data, err := json.Marshal(v); err == nil {
		s.heard.Write(data)
	}
}

func text(rec record.Record) string {
	data, err := json.Marshal(rec)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// ids returns the external ids of what a stream brought, sorted.
func (s *store) ids(stream string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for k, from := range s.streams {
		if from == stream {
			out = append(out, k.external)
		}
	}
	slices.Sort(out)
	return out
}

// holds reports whether a text stands in any record.
func (s *store) holds(marker string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.records {
		if strings.Contains(text, marker) {
			return true
		}
	}
	return false
}

// snapshot returns every record as JSON.
func (s *store) snapshot() map[key]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.records)
}
