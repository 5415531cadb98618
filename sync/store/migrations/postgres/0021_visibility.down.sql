DROP INDEX records_waiting;
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at, id, state) WHERE turn = 'client';
DROP INDEX records_hidden;
ALTER TABLE records DROP COLUMN hidden;
DROP TABLE rules;
