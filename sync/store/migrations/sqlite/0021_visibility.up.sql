-- What clients do not see although it is theirs. The rule that hides a record
-- stands on the record, so that every page reads past it without asking for rules.
CREATE TABLE rules (
  id            TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  field         TEXT NOT NULL,
  value         TEXT NOT NULL,
  created_at    TEXT NOT NULL,
  UNIQUE (connection_id, kind, field, value)
);
ALTER TABLE records ADD COLUMN hidden TEXT NOT NULL DEFAULT '';
CREATE INDEX records_hidden ON records (account_id, id, hidden) WHERE hidden <> '';
DROP INDEX records_waiting;
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at, id, state, hidden) WHERE turn = 'client';
