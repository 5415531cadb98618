package store

import (
	"context"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
)

// Batches of the prepared statements: as many rows as bring no more speed.
const (
	lookupRows = 100
	upsertRows = 50
)

var recordColumns = []string{"account_id", "id", "connection_id", "kind", "external_id", "parent_id", "version", "url", "number",
	"title", "person", "requester", "status_raw", "state", "label", "explanation", "turn", "turn_since", "due_at", "sort_at",
	"created_at", "updated_at", "reread_at", "news_at", "news_from", "hidden", "search", "body"}

var identityColumns = []string{"connection_id", "kind", "external_id", "record_id", "account_id", "hash", "company", "parent_kind", "parent_external"}

// findCompanies is lookupMany for the companies of a page.
var findCompanies = in("SELECT key, account_id FROM companies WHERE connection_id = ? AND key")

const oneIdentity = "SELECT record_id, account_id FROM identities WHERE connection_id = ? AND kind = ? AND external_id = ?"

var (
	lookupMany   = in("SELECT external_id, record_id, account_id, hash FROM identities WHERE connection_id = ? AND kind = ? AND external_id")
	upsertMany   = upsertRecords(upsertRows)
	upsertOne    = upsertRecords(1)
	identifyMany = upsertIdentities(upsertRows)
	identifyOne  = upsertIdentities(1)
)

// writerStatements are planned once, when the store opens.
func writerStatements() []string {
	return []string{oneIdentity, lookupMany.list, findCompanies.list, insertEvent, insertManyEvents, upsertMany, upsertOne, identifyMany, identifyOne}
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func values(columns, rows int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(columns)+"),", rows), ",")
}

func setRecords() (set []string) {
	for _, c := range recordColumns[2:] {
		switch c {
		case "turn_since": // the turn lasts until it changes, however often the record does
			set = append(set, "turn_since = CASE WHEN excluded.turn = records.turn THEN records.turn_since ELSE excluded.turn_since END")
		case "news_at":
			set = append(set, "news_at = CASE WHEN "+stays+" THEN records.news_at ELSE excluded.news_at END")
		case "news_from":
			set = append(set, "news_from = CASE WHEN "+stays+" THEN records.news_from ELSE records.state || ' ' || records.turn END")
		default:
			set = append(set, c+" = excluded."+c)
		}
	}
	return set
}

// stays says that a record is where it was.
const stays = "excluded.state = records.state AND excluded.turn = records.turn"

func upsertRecords(rows int) string {
	return "INSERT INTO records (" + strings.Join(recordColumns, ", ") + ") VALUES " + values(len(recordColumns), rows) +
		" ON CONFLICT (account_id, id) DO UPDATE SET " + strings.Join(setRecords(), ", ")
}

func setIdentities() (set []string) {
	for _, c := range identityColumns[4:] {
		set = append(set, c+" = excluded."+c)
	}
	return set
}

func upsertIdentities(rows int) string {
	return "INSERT INTO identities (" + strings.Join(identityColumns, ", ") + ") VALUES " + values(len(identityColumns), rows) +
		" ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET " + strings.Join(setIdentities(), ", ")
}

// flush writes the batch. What moves or leaves calls it first, so that nothing
// of the batch is written afterwards to where it was decided to go before.
func (w *writer) flush(ctx context.Context) error {
	w.lastParent = record.Ref{}
	clear(w.parents)
	clear(w.at)
	if err := w.flushStaged(ctx); err != nil {
		return err
	}
	if w.tx.Bulk() && len(w.batch) >= mergeRows {
		err := w.merge(ctx)
		if err == nil {
			err = w.customs(ctx, w.batch)
		}
		w.batch = nil
		return err
	}
	for len(w.batch) > 0 {
		n, many, who := 1, upsertOne, identifyOne
		if len(w.batch) >= upsertRows {
			n, many, who = upsertRows, upsertMany, identifyMany
		}
		recordArgs := make([]any, 0, n*len(recordColumns))
		identityArgs := make([]any, 0, n*len(identityColumns))
		for _, p := range w.batch[:n] {
			row, err := w.row(ctx, p)
			if err != nil {
				return err
			}
			recordArgs = append(recordArgs, row...)
			identityArgs = append(identityArgs, w.connection, p.Kind, p.External, p.id, p.account, p.hash, p.Company, p.ParentKind, p.Parent)
		}
		if _, err := w.tx.Do(ctx, many, recordArgs...); err != nil {
			return fault.At("write records", err)
		}
		if _, err := w.tx.Do(ctx, who, identityArgs...); err != nil {
			return fault.At("write identities", err)
		}
		if err := w.customs(ctx, w.batch[:n]); err != nil {
			return err
		}
		w.batch = w.batch[n:]
	}
	w.batch = nil
	return nil
}

// row lays a record out in the order of recordColumns.
func (w *writer) row(ctx context.Context, p place) ([]any, error) {
	f := p.Body.Facets()
	f.Number, f.Title, f.Person, f.Status = plain(f.Number), plain(f.Title), plain(f.Person), plain(f.Status)
	m, err := w.meaning(ctx, p.Kind, f.Status)
	if err != nil {
		return nil, err
	}
	var reread moment
	if w.reread {
		reread = at(w.now)
	}
	var news moment
	if !w.quiet {
		news = at(w.now)
	}
	updated := later(p.Updated, p.Created)
	sort := f.Sort
	if sort.IsZero() {
		sort = updated
	}
	if sort.IsZero() {
		sort = w.now
	}
	return []any{p.account, p.id, w.connection, p.Kind, p.External, p.parent, p.Version, p.URL, f.Number, f.Title, f.Person,
		requester(p.Body), f.Status, m.State, m.Label, m.Explanation, m.Turn, at(updated), at(f.Due), at(sort),
		at(p.Created), at(updated), reread, news, "", w.hides(p.Body), searchable(f), p.body}, nil
}

// requester is the address that "own requests only" is decided by.
func requester(b record.Body) string {
	if t, ok := b.(record.Ticket); ok {
		return plain(strings.ToLower(strings.TrimSpace(t.Requester.Email)))
	}
	return ""
}

// known finds the identities of items, one query per kind.
func (w *writer) known(ctx context.Context, items []item) (map[record.Ref]identity, error) {
	byKind := map[record.Kind][]string{}
	for _, it := range items {
		byKind[it.Kind] = append(byKind[it.Kind], it.External)
	}
	out := make(map[record.Ref]identity, len(items))
	for kind, externals := range byKind {
		if err := w.scanKnown(ctx, kind, externals, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// matched finds the accounts of the items' companies in one query. Those that
// were never seen stay for company to remember.
func (w *writer) matched(ctx context.Context, items []item) error {
	var keys []string
	asked := make(map[string]bool, len(items))
	for _, it := range items {
		if _, have := w.companies[it.Company]; have || asked[it.Company] || it.Company == "" || it.Parent != "" {
			continue
		}
		asked[it.Company] = true
		keys = append(keys, it.Company)
	}
	if len(asked) == 0 {
		return nil
	}
	rows, err := w.lookup(ctx, findCompanies, []any{w.connection}, keys)
	if err != nil {
		return fault.At("find companies", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key string
		var account record.AccountID
		if err := rows.Scan(&key, &account); err != nil {
			return fault.At("find companies", err)
		}
		w.companies[key] = account
	}
	return fault.At("find companies", rows.Err())
}

func (w *writer) scanKnown(ctx context.Context, kind record.Kind, externals []string, out map[record.Ref]identity) error {
	rows, err := w.lookup(ctx, lookupMany, []any{w.connection, kind}, externals)
	if err != nil {
		return fault.At("look up identities", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id identity
		if err := rows.Scan(&id.ExternalID, &id.RecordID, &id.AccountID, &id.Hash); err != nil {
			return fault.At("look up identities", err)
		}
		out[record.Ref{Connection: w.connection, Kind: kind, External: id.ExternalID}] = id
	}
	return fault.At("look up identities", rows.Err())
}
