-- Accounts that were merged into another one. Their names are kept, because the audit
-- log speaks of them, and an address of theirs leads on.
CREATE TABLE merged_accounts (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  into_id TEXT NOT NULL REFERENCES accounts(id),
  at      TEXT NOT NULL
);
-- Under which account something was asked or decided, when it has moved since; '' for
-- the one that it is in.
ALTER TABLE actions ADD COLUMN made_as TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN made_as TEXT NOT NULL DEFAULT '';
