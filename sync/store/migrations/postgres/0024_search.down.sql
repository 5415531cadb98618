DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at, id);
ALTER TABLE records DROP COLUMN search;
