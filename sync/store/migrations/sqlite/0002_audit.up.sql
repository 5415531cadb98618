-- What happened, in a log that cannot be quietly changed (package audit). A leaf
-- is written in the transaction of what it tells; its number is given later, by
-- one sequencer at a time, together with the hashes that it adds to the tree.

CREATE TABLE audit_leaves (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  n          INTEGER UNIQUE,
  at         TEXT NOT NULL,
  account_id TEXT,
  what       TEXT NOT NULL,
  leaf       TEXT NOT NULL,
  personal   TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_unnumbered ON audit_leaves (id) WHERE n IS NULL;

CREATE TABLE audit_hashes (
  position INTEGER PRIMARY KEY,
  hash     BLOB NOT NULL
);

CREATE TABLE audit_heads (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  at   TEXT NOT NULL
);
