DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at, id);
ALTER TABLE records DROP COLUMN search;
DROP INDEX records_open;
CREATE INDEX records_open ON records (account_id, kind, sort_at, id) WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled');
