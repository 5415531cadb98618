-- What clients are asked to decide. A version never changes; the answer is one
-- row's change of state, so that exactly one wins.

CREATE TABLE approvals (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id  TEXT NOT NULL REFERENCES accounts(id),
  id          TEXT NOT NULL,
  ref         TEXT NOT NULL UNIQUE,
  key         TEXT NOT NULL,
  asker_id    TEXT NOT NULL,
  asker       TEXT NOT NULL,
  title       TEXT NOT NULL,
  state       TEXT NOT NULL,
  version     INTEGER NOT NULL,
  roles       TEXT NOT NULL DEFAULT '', -- any one of them may decide; separated by spaces
  sign_in     INTEGER NOT NULL DEFAULT 0,
  due_at      TEXT,
  remind_at   TEXT,
  ticket_id   TEXT,
  number      TEXT NOT NULL DEFAULT '', -- of the request, when it was asked
  subject     TEXT NOT NULL DEFAULT '',
  decision    TEXT NOT NULL DEFAULT '',
  reply_id    TEXT,
  created_at  TEXT NOT NULL,
  changed_at  TEXT NOT NULL,
  UNIQUE (account_id, id),
  UNIQUE (account_id, asker_id, key)
);
CREATE INDEX approvals_open ON approvals (account_id, seq) WHERE state = 'open';
CREATE INDEX approvals_remind ON approvals (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;

CREATE TABLE approval_people (
  account_id  TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  name        TEXT NOT NULL,
  email       TEXT NOT NULL,
  PRIMARY KEY (account_id, approval_id, user_id),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);

CREATE TABLE approval_versions (
  account_id  TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  number      INTEGER NOT NULL,
  key         TEXT NOT NULL,
  at          TEXT NOT NULL,
  author      TEXT NOT NULL,
  title       TEXT NOT NULL,
  words       TEXT NOT NULL,
  file        TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL DEFAULT '',
  digest      TEXT NOT NULL,
  PRIMARY KEY (account_id, approval_id, number),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);

CREATE TABLE approval_links (
  id          TEXT PRIMARY KEY,
  token_hash  BLOB NOT NULL UNIQUE,
  account_id  TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  version     INTEGER NOT NULL,
  user_id     TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);
CREATE INDEX approval_links_by_end ON approval_links (expires_at);
