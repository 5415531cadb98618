DROP INDEX records_by_due;
DROP INDEX records_by_title;
DROP INDEX records_waiting;
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at) WHERE turn = 'client';
DROP INDEX records_open;
DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at);
