package engine

import (
	"fmt"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/record"
	"portico/sync/remote"
)

// mapper turns items into records of one kind. It belongs to one goroutine and
// reuses its frame.
type mapper struct {
	emit    *manifest.Emit
	frame   *manifest.Frame
	parents map[string]any // by external id; nil for a stream without parents

	connection record.ConnectionID
	gone       bool    // the item at hand is a tombstone
	graves     *graves // of a feed of tombstones; nil elsewhere
	forest     *forest // of items that lie in folders; nil elsewhere
	err        error   // the first that went wrong with the item at hand
}

func (s *session) mapper(e *manifest.Emit, env manifest.Env, parents map[string]any) *mapper {
	return &mapper{emit: e, frame: s.m.Frame(env), parents: parents, connection: s.conn.ID}
}

// record maps one item. Without keep, the item is none of our business. A
// reject says why an item that is cannot be used; hostile items never panic.
func (m *mapper) record(item tree.Value) (rec record.Record, keep bool, reject *remote.Reject) {
	defer func() {
		if p := recover(); p != nil {
			rec, keep, reject = record.Record{}, false, m.reject("", fmt.Errorf("%v", p))
		}
	}()
	e := m.emit
	m.err, m.gone = nil, false
	if !item.Has() {
		return rec, false, m.reject("", fmt.Errorf("the item is %T, not an object", item.Plain()))
	}
	m.see(item)
	for i := range e.Let {
		v, err := m.frame.Eval(&e.Let[i].Expr)
		m.fail(err)
		m.frame.Set(e.Let[i].Place, v)
	}
	if e.Deleted.Set() {
		if gone, err := m.frame.Bool(&e.Deleted); err != nil || gone {
			m.fail(err)
			return m.tombstone()
		}
	}
	keep, err := m.frame.Bool(&e.Keep)
	if m.fail(err); m.err != nil {
		return rec, false, m.reject(m.key(), m.err)
	}
	if !keep {
		return rec, false, nil
	}
	rec = m.fill()
	if m.err != nil {
		return rec, false, m.reject(rec.External, m.err)
	}
	if rec.External == "" {
		return rec, false, m.reject("", fmt.Errorf("it has no id"))
	}
	return rec, true, nil
}

// see puts an item before the expressions.
func (m *mapper) see(item tree.Value) {
	m.frame.Set(manifest.Item, item)
	if m.forest != nil {
		m.frame.Set(manifest.Folders, m.forest.folders(item))
	}
}

func (m *mapper) fill() record.Record {
	e := m.emit
	rec := record.Record{Kind: e.Kind, Parent: m.text(&e.Parent), ParentKind: e.ParentKind}
	if m.parents != nil && !e.Each.Set() {
		m.frame.Set(manifest.Parent, tree.Of(m.parents[rec.Parent]))
	}
	rec.External = m.text(&e.Key)
	rec.Version = m.text(&e.Version)
	rec.Company = m.text(&e.Company)
	rec.URL = m.text(&e.URL)
	rec.Created = m.time(&e.Created)
	rec.Updated = m.time(&e.Updated)
	rec.Body = bodies[e.Kind](m)
	if e.Custom != nil && m.err == nil {
		rec.Custom = m.custom(e.Custom)
	}
	return rec
}

// key is the id of an item whose other fields may be unusable.
func (m *mapper) key() string {
	id, err := m.frame.Text(&m.emit.Key)
	if err != nil {
		return ""
	}
	return id
}

func (m *mapper) reject(external string, err error) *remote.Reject {
	reason := err.Error()
	if len(reason) > 500 {
		reason = reason[:500]
	}
	return &remote.Reject{Kind: m.emit.Kind, External: clip(external, 250), Reason: clean(reason)}
}

func (m *mapper) fail(err error) {
	if m.err == nil && err != nil {
		m.err = err
	}
}
