-- The read model, the actions and what the system needs to keep both true.
-- Times are UTC text with microseconds, ids UUIDv7 text, enums text.

CREATE TABLE accounts (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  parent_id  TEXT REFERENCES accounts(id),
  launch     TEXT NOT NULL DEFAULT 'hidden' CHECK (launch IN ('hidden', 'preview', 'invited')),
  created_at TEXT NOT NULL
);

CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  email         TEXT NOT NULL UNIQUE,
  staff_role    TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL DEFAULT '',
  disabled      INTEGER NOT NULL DEFAULT 0,
  epoch         INTEGER NOT NULL DEFAULT 0,
  locale        TEXT NOT NULL DEFAULT '',
  zone          TEXT NOT NULL DEFAULT '',
  created_at    TEXT NOT NULL
);

CREATE TABLE memberships (
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  role       TEXT NOT NULL,
  PRIMARY KEY (account_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE staff_accounts (
  user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, account_id)
);

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  id         TEXT NOT NULL,
  user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  epoch      INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL,
  idle       INTEGER NOT NULL,
  expires_at TEXT NOT NULL,
  ip         TEXT NOT NULL,
  agent      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE resets (
  token_hash BLOB PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  expires_at TEXT NOT NULL,
  used_at    TEXT
) WITHOUT ROWID;

CREATE TABLE attempts (
  key TEXT NOT NULL,
  at  TEXT NOT NULL
);
CREATE INDEX attempts_by_key ON attempts (key, at);

CREATE TABLE connections (
  id            TEXT PRIMARY KEY,
  connector     TEXT NOT NULL,
  name          TEXT NOT NULL UNIQUE,
  settings      TEXT NOT NULL DEFAULT '{}',
  allow_private TEXT NOT NULL DEFAULT '',
  ca            TEXT NOT NULL DEFAULT '',
  queues        TEXT NOT NULL DEFAULT '[]',
  read_only     INTEGER NOT NULL DEFAULT 0,
  paused        INTEGER NOT NULL DEFAULT 0,
  created_at    TEXT NOT NULL
);

CREATE TABLE secrets (
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  field         TEXT NOT NULL,
  sealed        BLOB NOT NULL,
  changed_at    TEXT NOT NULL,
  PRIMARY KEY (connection_id, field)
);

CREATE TABLE streams (
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  stream        TEXT NOT NULL,
  position      INTEGER NOT NULL, -- the order in which the connector names them
  kinds         TEXT NOT NULL,
  every         INTEGER NOT NULL,
  census_every  INTEGER NOT NULL,
  fresh_for     INTEGER NOT NULL,
  checkpoint    BLOB,
  completed_at  TEXT,
  counted_at    TEXT,
  next_at       TEXT,
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since TEXT,
  problem       TEXT NOT NULL DEFAULT '',
  held          TEXT NOT NULL DEFAULT '',
  fence         INTEGER NOT NULL DEFAULT 0,
  lease_until   TEXT,
  PRIMARY KEY (connection_id, stream)
);

CREATE TABLE runs (
  id            TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  stream        TEXT NOT NULL,
  mode          TEXT NOT NULL,
  first         INTEGER NOT NULL,
  started_at    TEXT NOT NULL,
  ended_at      TEXT,
  state         TEXT NOT NULL,
  counts        TEXT NOT NULL DEFAULT '{}',
  done          INTEGER NOT NULL DEFAULT 0,
  total         INTEGER NOT NULL DEFAULT -1,
  problem       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX runs_by_stream ON runs (connection_id, stream, started_at);

CREATE TABLE rejects (
  run_id      TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  external_id TEXT NOT NULL,
  reason      TEXT NOT NULL
);
CREATE INDEX rejects_by_run ON rejects (run_id);

CREATE TABLE companies (
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  key           TEXT NOT NULL,
  name          TEXT NOT NULL,
  account_id    TEXT REFERENCES accounts(id),
  matched_by    TEXT NOT NULL DEFAULT '',
  matched_at    TEXT,
  seen_at       TEXT NOT NULL,
  PRIMARY KEY (connection_id, key)
);
CREATE INDEX companies_by_account ON companies (account_id);

CREATE TABLE meanings (
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  raw           TEXT NOT NULL,
  state         TEXT NOT NULL,
  label         TEXT NOT NULL,
  explanation   TEXT NOT NULL,
  turn          TEXT NOT NULL,
  guessed       INTEGER NOT NULL,
  PRIMARY KEY (connection_id, kind, raw)
);

-- Who a thing of a source is here. The account is where its rows are now.
CREATE TABLE identities (
  connection_id   TEXT NOT NULL,
  kind            TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  record_id       TEXT NOT NULL,
  account_id      TEXT NOT NULL,
  hash            BLOB NOT NULL,
  company         TEXT NOT NULL DEFAULT '',
  parent_kind     TEXT NOT NULL DEFAULT '',
  parent_external TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (connection_id, kind, external_id)
) WITHOUT ROWID;
CREATE INDEX identities_by_parent ON identities (connection_id, parent_kind, parent_external) WHERE parent_external <> '';

-- Records that cannot be shown to anybody yet: their company is not matched, or
-- what they belong to has not arrived. They are promoted without a new pull.
CREATE TABLE staging (
  connection_id   TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind            TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  company         TEXT NOT NULL,
  parent_kind     TEXT NOT NULL,
  parent_external TEXT NOT NULL,
  hash            BLOB NOT NULL,
  record          BLOB NOT NULL,
  at              TEXT NOT NULL,
  PRIMARY KEY (connection_id, kind, external_id)
);
CREATE INDEX staging_by_company ON staging (connection_id, company);
CREATE INDEX staging_by_parent ON staging (connection_id, parent_kind, parent_external) WHERE parent_external <> '';

CREATE TABLE records (
  account_id    TEXT NOT NULL,
  id            TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  kind          TEXT NOT NULL,
  external_id   TEXT NOT NULL,
  parent_id     TEXT,
  version       TEXT NOT NULL,
  url           TEXT NOT NULL,
  number        TEXT NOT NULL,
  title         TEXT NOT NULL,
  person        TEXT NOT NULL,
  requester     TEXT NOT NULL,
  status_raw    TEXT NOT NULL,
  state         TEXT NOT NULL,
  label         TEXT NOT NULL,
  explanation   TEXT NOT NULL,
  turn          TEXT NOT NULL,
  turn_since    TEXT,
  due_at        TEXT,
  sort_at       TEXT NOT NULL,
  created_at    TEXT,
  updated_at    TEXT,
  reread_at     TEXT,
  body          BLOB NOT NULL,
  -- The id leads because ids grow with time: a pull over many accounts then adds
  -- to the end of this index instead of touching a page of it for each of them.
  PRIMARY KEY (id, account_id)
);
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at);
-- Every page says how many wait for the client: few of very many.
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at) WHERE turn = 'client';
CREATE INDEX records_by_parent ON records (account_id, parent_id, sort_at) WHERE parent_id IS NOT NULL;

CREATE TABLE actions (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    TEXT NOT NULL REFERENCES accounts(id),
  id            TEXT NOT NULL,
  ref           TEXT NOT NULL UNIQUE,
  user_id       TEXT NOT NULL,
  actor         TEXT NOT NULL,
  key           TEXT NOT NULL,
  kind          TEXT NOT NULL,
  connection_id TEXT NOT NULL REFERENCES connections(id),
  target_id     TEXT,
  external_id   TEXT NOT NULL,
  company       TEXT NOT NULL,
  base          TEXT NOT NULL,
  input         TEXT NOT NULL,
  state         TEXT NOT NULL,
  attempt       INTEGER NOT NULL DEFAULT 0,
  generation    INTEGER NOT NULL DEFAULT 0,
  mark          TEXT NOT NULL DEFAULT '',
  reference     TEXT NOT NULL DEFAULT '',
  reason        TEXT NOT NULL DEFAULT '',
  recorded_at   TEXT NOT NULL,
  began_at      TEXT,
  sent_at       TEXT,
  accepted_at   TEXT,
  ended_at      TEXT,
  changed_at    TEXT NOT NULL,
  due_at        TEXT,
  fence         INTEGER NOT NULL DEFAULT 0,
  lease_until   TEXT,
  UNIQUE (account_id, id),
  UNIQUE (account_id, user_id, key)
);
CREATE INDEX actions_by_target ON actions (account_id, target_id, seq);
CREATE INDEX actions_moving ON actions (connection_id, external_id, seq)
  WHERE state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown');

CREATE TABLE outbox (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  topic   TEXT NOT NULL,
  payload TEXT NOT NULL
);
