-- A page of a list is read from an index that has its order, ties included: a
-- source may have changed very many records at one moment.
DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at, id);
-- What is open is few of very many, and what most pages ask for.
CREATE INDEX records_open ON records (account_id, kind, sort_at, id) WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled');
-- Every page says how many wait for the client: it is counted without a record.
DROP INDEX records_waiting;
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at, id, state) WHERE turn = 'client';
-- Assets are listed by name and by the end of their warranty.
CREATE INDEX records_by_title ON records (account_id, kind, title, id) WHERE kind = 'asset';
CREATE INDEX records_by_due ON records (account_id, kind, coalesce(due_at, '9999-12-31T00:00:00.000000Z'), id) WHERE kind = 'asset';
