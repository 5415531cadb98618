-- The API: keys by which programs come in, and what was answered to requests that
-- may be sent again.

CREATE TABLE api_keys (
  id         TEXT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  start      TEXT NOT NULL, -- how the key begins
  scopes     TEXT NOT NULL, -- separated by spaces
  accounts   TEXT NOT NULL, -- ids separated by spaces; '' means all of them
  made_by    TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  used_at    TEXT,
  revoked_at TEXT
);

CREATE TABLE api_answers (
  key_id      TEXT NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
  idempotency TEXT NOT NULL,
  request     TEXT NOT NULL, -- SHA-256 of everything that was asked
  seed        TEXT NOT NULL,
  done        INTEGER NOT NULL DEFAULT 0,
  status      INTEGER NOT NULL DEFAULT 0,
  body        TEXT NOT NULL DEFAULT '', -- sealed
  fence       INTEGER NOT NULL DEFAULT 1,
  lease_until TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  PRIMARY KEY (key_id, idempotency)
);
CREATE INDEX api_answers_by_time ON api_answers (created_at);
