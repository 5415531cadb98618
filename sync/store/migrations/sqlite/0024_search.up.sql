-- What a search looks at, folded as queries are, stands in the index that lists are
-- read from: a search reads no record that it does not show. So does what most lists
-- leave out. It is in the row and in its index, so that a record that is moved,
-- hidden or removed is gone for every search in the same transaction.
ALTER TABLE records ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE records SET search = substr(portico_fold(substr(number || char(10) || person || char(10) || title, 1, 600)), 1, 600) WHERE number || person || title <> '';
DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at, id, hidden, state, search);
-- Of two that serve alike SQLite takes the one that was made last.
DROP INDEX records_open;
CREATE INDEX records_open ON records (account_id, kind, sort_at, id) WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled');
