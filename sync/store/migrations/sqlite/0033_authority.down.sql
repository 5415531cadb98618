DROP INDEX records_queue;
DROP INDEX records_late;
DROP INDEX records_mine;
CREATE INDEX records_queue ON records (turn, coalesce(turn_since, sort_at), id, account_id, person)
  WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX records_late ON records (due_at, turn, account_id)
  WHERE kind = 'ticket' AND due_at IS NOT NULL AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX records_mine ON records (person, turn, coalesce(turn_since, sort_at), id, account_id)
  WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled') AND person <> '';
DROP INDEX records_linked;
UPDATE records SET hidden = '' WHERE hidden = 'linked';
ALTER TABLE records DROP COLUMN copy_of;
DROP TABLE sameness;
DROP TABLE authorities;
