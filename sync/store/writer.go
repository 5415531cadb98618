package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
	"portico/sync/visibility"
)

// writer puts records of one connection into the read model within one
// transaction. Pulls, re-reads after an action and promotions all go through it.
type writer struct {
	tx         *scoped.Tx
	connection record.ConnectionID
	now        time.Time
	companies  map[string]record.AccountID
	meanings   map[meaningKey]record.Meaning
	rules      []visibility.Rule
	// authorities are those that the connection has a part in; touched is what to
	// compare again before the transaction ends, quieted who sees a difference.
	authorities []authority.Rule
	touched     map[changedKey]bool
	quieted     map[changedKey]bool
	counts      run.Counts
	changed     map[changedKey][]string
	created     map[string]bool         // ids among changed that were not known before
	quiet       bool                    // what is written did not happen just now, see change.Event
	reread      bool                    // the records were read one by one, just now
	promoting   bool                    // the records come out of staging
	here        map[record.Ref]identity // of the items at hand, kept true while they move
	batch       []place
	lastParent  record.Ref
	lastFound   identity
	at          map[record.Ref]int              // where in the batch a thing is
	parents     map[record.Ref]identity         // found ahead of use
	toStage     map[record.Ref][]any            // rows for staging that wait for the next flush
	staged      *bool                           // whether staging holds anything of the connection; nil: not asked yet
	fields      map[fieldKey]record.CustomField // nil: not asked yet
	fieldCount  map[record.Kind]int
}

// identity is who a thing of the source is here.
type identity struct {
	ExternalID     string
	RecordID       record.ID
	AccountID      record.AccountID
	Hash           []byte
	Company        string
	ParentKind     record.Kind
	ParentExternal string
}

// place is an item with where it goes.
type place struct {
	item
	id      record.ID
	account record.AccountID
	parent  record.ID
	known   bool // it has been stored before
	had     bool // and has custom fields since then
}

func newWriter(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, now time.Time) (*writer, error) {
	w := &writer{tx: tx, connection: c, now: now, companies: map[string]record.AccountID{}, changed: map[changedKey][]string{},
		created: map[string]bool{}, at: map[record.Ref]int{}, parents: map[record.Ref]identity{}, toStage: map[record.Ref][]any{},
		touched: map[changedKey]bool{}, quieted: map[changedKey]bool{}}
	err := alone(ctx, tx, c)
	if err == nil {
		w.authorities, err = concerned(ctx, tx, c)
	}
	if err == nil {
		w.meanings, err = loadMeanings(ctx, tx, c)
	}
	if err == nil {
		w.rules, err = rules(ctx, tx, "WHERE u.connection_id = ?", c)
	}
	return w, err
}

// alone lets one transaction at a time write records of a connection, so that
// what it has read of parents, companies and meanings holds until it commits.
func alone(ctx context.Context, tx *scoped.Tx, c record.ConnectionID) error {
	return fault.At("wait for other writers of the connection", tx.Alone(ctx, "connection "+c.String()))
}

// put stores those items that differ from what is there.
func (w *writer) put(ctx context.Context, items []item) error {
	n := w.perStatement()
	for start := 0; start < len(items); start += n {
		part := items[start:min(start+n, len(items))]
		var err error
		if w.here, err = w.known(ctx, part); err != nil {
			return err
		}
		if err := w.matched(ctx, part); err != nil {
			return err
		}
		if err := w.findParents(ctx, part); err != nil {
			return err
		}
		for _, it := range part {
			if err := w.one(ctx, it); err != nil {
				return err
			}
		}
	}
	return w.flush(ctx)
}

// one decides what happens to an item: skipped, stored, moved or staged.
func (w *writer) one(ctx context.Context, it item) error {
	w.counts.Read++
	have, exists := w.here[ref(w.connection, it)]
	account, parent, err := w.home(ctx, it)
	if err != nil {
		return err
	}
	switch {
	case account.IsZero():
		return w.stage(ctx, it, have, exists)
	case exists && have.AccountID == account && bytes.Equal(have.Hash, it.hash):
		w.counts.Unchanged++
		return w.seenAgain(ctx, it, have)
	case exists && have.AccountID != account:
		if err := w.move(ctx, it.Record, have, account); err != nil {
			return err
		}
	case !exists:
		have.RecordID = record.NewID()
	}
	if err := w.unstage(ctx, it); err != nil {
		return err
	}
	w.counts.Written++
	w.touch(account, it.Kind)
	unseen, err := w.unseen(ctx, it, have.RecordID, account, exists)
	if err == nil && exists && !unseen && have.AccountID == account {
		unseen, err = w.onlyUnshown(ctx, it, have)
	}
	if err != nil {
		return err
	}
	if !unseen { // else nobody is told: clients knew nothing of it, and know nothing now
		w.note(account, it.Kind, have.RecordID)
		if !exists && !w.quiet {
			w.created[have.RecordID.String()] = true
		}
	}
	w.at[ref(w.connection, it)] = len(w.batch)
	w.batch = append(w.batch, place{it, have.RecordID, account, parent, exists, len(have.Hash) > bodyHash})
	return nil
}

func ref(c record.ConnectionID, it item) record.Ref {
	return record.Ref{Connection: c, Kind: it.Kind, External: it.External}
}

func (w *writer) note(account record.AccountID, kind record.Kind, id record.ID) {
	w.touch(account, kind)
	key := changedKey{account, kind}
	w.changed[key] = append(w.changed[key], id.String())
}

// seenAgain stamps a record that was re-read by itself and had not changed. A
// pull writes nothing here: its time is on the stream.
func (w *writer) seenAgain(ctx context.Context, it item, have identity) error {
	if w.promoting {
		return w.unstage(ctx, it)
	}
	if !w.reread {
		return nil
	}
	_, err := w.tx.Run(ctx, "UPDATE records SET reread_at = ? WHERE account_id = ? AND id = ?", at(w.now), have.AccountID, have.RecordID)
	return fault.At("stamp re-read", err)
}

// home says which account an item belongs to now; zero means nobody's yet.
func (w *writer) home(ctx context.Context, it item) (record.AccountID, record.ID, error) {
	if it.Parent != "" {
		p, err := w.parent(ctx, record.Ref{Connection: w.connection, Kind: it.ParentKind, External: it.Parent})
		return p.AccountID, p.RecordID, err
	}
	if it.Company == "" {
		return record.AccountID{}, record.ID{}, nil
	}
	account, err := w.company(ctx, it.Company, companyName(it))
	return account, record.ID{}, err
}

func companyName(it item) string {
	if a, ok := it.Body.(record.Account); ok {
		return plain(a.Name)
	}
	return ""
}

// company returns the account that a company key is matched to, and remembers
// keys that were never seen before.
func (w *writer) company(ctx context.Context, key, name string) (record.AccountID, error) {
	if account, ok := w.companies[key]; ok && name == "" {
		return account, nil
	}
	var rows []struct{ AccountID record.AccountID }
	if err := w.tx.Find(ctx, &rows, "SELECT account_id FROM companies WHERE connection_id = ? AND key = ?", w.connection, key); err != nil {
		return record.AccountID{}, fault.At("find company", err)
	}
	if len(rows) == 0 {
		_, err := w.tx.Run(ctx, "INSERT INTO companies (connection_id, key, name, seen_at) VALUES (?, ?, ?, ?)",
			w.connection, key, cmp.Or(name, key), at(w.now))
		w.companies[key] = record.AccountID{}
		return record.AccountID{}, fault.At("remember company", err)
	}
	if name != "" {
		if _, err := w.tx.Run(ctx, "UPDATE companies SET name = ? WHERE connection_id = ? AND key = ? AND name <> ?", name, w.connection, key, name); err != nil {
			return record.AccountID{}, fault.At("rename company", err)
		}
	}
	w.companies[key] = rows[0].AccountID
	return rows[0].AccountID, nil
}

// parent finds what an item belongs to: in the batch that is not yet written, or
// in the database. Siblings mostly come together, so the last one is kept.
func (w *writer) parent(ctx context.Context, of record.Ref) (identity, error) {
	if i, ok := w.at[of]; ok {
		return identity{RecordID: w.batch[i].id, AccountID: w.batch[i].account}, nil
	}
	if found, ok := w.parents[of]; ok {
		return found, nil
	}
	if w.lastParent == of {
		return w.lastFound, nil
	}
	found, err := w.find(ctx, of.Kind, of.External)
	w.lastParent, w.lastFound = of, found
	return found, err
}

// find reads one identity; a zero one when it is not known.
func (w *writer) find(ctx context.Context, kind record.Kind, external string) (identity, error) {
	rows, err := w.tx.Hot(ctx, oneIdentity, w.connection, kind, external)
	if err != nil {
		return identity{}, fault.At("find identity", err)
	}
	defer func() { _ = rows.Close() }()
	var id identity
	if rows.Next() {
		id.ExternalID = external
		err = rows.Scan(&id.RecordID, &id.AccountID)
	}
	if err == nil {
		err = rows.Err()
	}
	return id, fault.At(fmt.Sprintf("find %s %s", kind, external), err)
}
