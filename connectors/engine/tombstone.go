package engine

import (
	"fmt"
	"slices"
	"time"

	"portico/connectors/manifest"
	"portico/sync/record"
	"portico/sync/remote"
)

// tombstone reads of an item that was deleted in the system which it was.
func (m *mapper) tombstone() (record.Record, bool, *remote.Reject) {
	e := m.emit
	rec := record.Record{Kind: e.Kind, External: m.text(&e.Key), Version: m.text(&e.Version), Updated: m.time(&e.Updated)}
	switch {
	case m.err != nil:
		return record.Record{}, false, m.reject(m.key(), m.err)
	case rec.External == "":
		return rec, false, m.reject("", fmt.Errorf("it has no id"))
	}
	m.gone = true
	return rec, false, nil
}

// buries adds a tombstone to a page. What an earlier item of the page said of
// the same thing no longer holds.
func (m *mapper) buries(out *remote.Page, rec *record.Record) {
	if m.graves != nil && !m.graves.dig(rec) {
		return
	}
	out.Records = slices.DeleteFunc(out.Records, func(r record.Record) bool {
		return r.Kind == rec.Kind && r.External == rec.External
	})
	out.Deleted = append(out.Deleted, m.ref(rec))
}

// revives takes a tombstone of the same page back: the later item counts.
func (m *mapper) revives(out *remote.Page, rec *record.Record) {
	out.Deleted = slices.DeleteFunc(out.Deleted, func(r record.Ref) bool { return r == m.ref(rec) })
}

func (m *mapper) ref(rec *record.Record) record.Ref {
	return record.Ref{Connection: m.connection, Kind: rec.Kind, External: rec.External}
}

// graves remembers which tombstones of a feed were handed on: the overlap of its
// cursor shows them again, and by then the thing may have been restored.
type graves struct{ seen map[string]seen }

// dig reports whether a tombstone is new.
func (g *graves) dig(rec *record.Record) bool {
	id, mark := string(rec.Kind)+"/"+rec.External, rec.Version
	if mark == "" {
		mark = rec.Updated.Format(time.RFC3339Nano)
	}
	if g.seen[id].Version == mark {
		return false
	}
	g.seen[id] = seen{Version: mark, At: rec.Updated.Unix()}
	return true
}

// grave gives the mappers of a feed of tombstones its memory.
func (p *puller) grave(mappers []*mapper) {
	if p.source.Incremental == nil {
		return // the whole feed is read each time: it holds what is deleted now
	}
	for _, m := range mappers {
		if m.emit.Tombstone() {
			if p.mark.Seen == nil {
				p.mark.Seen = map[string]seen{}
			}
			m.graves = &graves{p.mark.Seen}
		}
	}
}

// buried reports whether an item of a census is a tombstone: it is listed, and
// does not exist.
func (m *mapper) buried() bool {
	e := &m.emit.Deleted
	if !e.Set() {
		return false
	}
	gone, err := m.frame.Bool(e)
	return err == nil && gone
}

// emitted lists what the records of a stream may be; a tombstone is no record.
func emitted(st *manifest.Stream) []record.Kind {
	var out []record.Kind
	for _, e := range st.Emit {
		if !e.Tombstone() && !slices.Contains(out, e.Kind) {
			out = append(out, e.Kind)
		}
	}
	return out
}
