-- Which mails ask for a decision or tell of one, so that none is owed twice and
-- staff see whom they reached.
CREATE TABLE approval_mails (
  mail_id     TEXT PRIMARY KEY,
  account_id  TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  version     INTEGER NOT NULL,
  user_id     TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  sort        TEXT NOT NULL,
  at          TEXT NOT NULL,
  UNIQUE (account_id, approval_id, version, user_id, sort),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);
