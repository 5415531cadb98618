-- Which connection is believed when two hold the same kind for an account. What the
-- other one holds is attached to it as a linked source, and is no record of its own.
CREATE TABLE authorities (
  kind         text NOT NULL,
  other_id     TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  authority_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  alone        text NOT NULL CHECK (alone IN ('shown', 'held')),
  decided_at   TEXT NOT NULL,
  PRIMARY KEY (kind, other_id)
);
-- What people said of two things: the same, or not. It is kept by what the sources
-- call them and in either direction, so that it outlives both records and holds when
-- another connection becomes the authority; one is the smaller id.
CREATE TABLE sameness (
  kind           text NOT NULL,
  one_id         TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  one_external   text NOT NULL,
  other_id       TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  other_external text NOT NULL,
  same           INTEGER NOT NULL,
  decided_at     TEXT NOT NULL,
  PRIMARY KEY (kind, one_id, other_id, one_external, other_external)
);
-- The record of the authority that a copy is attached to. Whatever is hidden as
-- 'linked' is a copy, attached or waiting for a person.
ALTER TABLE records ADD COLUMN copy_of TEXT;
CREATE INDEX records_linked ON records (account_id, copy_of) WHERE copy_of IS NOT NULL;
-- Staff see one of two in their queue, too.
DROP INDEX records_queue;
DROP INDEX records_late;
DROP INDEX records_mine;
CREATE INDEX records_queue ON records (turn, coalesce(turn_since, sort_at), id, account_id, person)
  WHERE kind = 'ticket' AND copy_of IS NULL AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX records_late ON records (due_at, turn, account_id)
  WHERE kind = 'ticket' AND copy_of IS NULL AND due_at IS NOT NULL AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX records_mine ON records (person, turn, coalesce(turn_since, sort_at), id, account_id)
  WHERE kind = 'ticket' AND copy_of IS NULL AND state NOT IN ('resolved', 'closed', 'cancelled') AND person <> '';
