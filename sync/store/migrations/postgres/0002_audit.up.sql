-- What happened, in a log that cannot be quietly changed (package audit). A leaf
-- is written in the transaction of what it tells; its number is given later, by
-- one sequencer at a time, together with the hashes that it adds to the tree.

CREATE TABLE audit_leaves (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  n          bigint UNIQUE,
  at         timestamptz NOT NULL,
  account_id uuid,
  what       text NOT NULL,
  leaf       text NOT NULL,
  personal   text NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_unnumbered ON audit_leaves (id) WHERE n IS NULL;

CREATE TABLE audit_hashes (
  position bigint PRIMARY KEY,
  hash     bytea NOT NULL
);

CREATE TABLE audit_heads (
  size bigint PRIMARY KEY,
  note text NOT NULL,
  at   timestamptz NOT NULL
);
