-- Webhooks out: who is told, what is said, and how each telling goes. Webhooks
-- in: what arrived, kept raw until what it hints at has been read.

CREATE TABLE webhook_endpoints (
  id            TEXT PRIMARY KEY,
  account_id    TEXT REFERENCES accounts(id) ON DELETE CASCADE, -- NULL: events of every account
  url           TEXT NOT NULL,
  description   TEXT NOT NULL,
  types         TEXT NOT NULL,
  headers       TEXT NOT NULL, -- sealed
  rate          INTEGER NOT NULL,
  secret        TEXT NOT NULL, -- sealed
  old_secret    TEXT NOT NULL DEFAULT '',
  old_until     TEXT,
  enabled       INTEGER NOT NULL DEFAULT 1,
  why           TEXT NOT NULL DEFAULT '',
  failing_since TEXT,
  ready_at      TEXT,
  created_at    TEXT NOT NULL
);

CREATE TABLE webhook_messages (
  id         TEXT PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE, -- what it says, so that it is said once
  type       TEXT NOT NULL,
  account_id TEXT,
  at         TEXT NOT NULL,
  payload    TEXT NOT NULL
);
CREATE INDEX webhook_messages_by_time ON webhook_messages (at);

CREATE TABLE webhook_deliveries (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  message_id  TEXT NOT NULL REFERENCES webhook_messages(id) ON DELETE CASCADE,
  state       TEXT NOT NULL DEFAULT 'due',
  attempt     INTEGER NOT NULL DEFAULT 0,
  status      INTEGER NOT NULL DEFAULT 0,
  problem     TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  due_at      TEXT NOT NULL,
  ended_at    TEXT,
  fence       INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT,
  UNIQUE (endpoint_id, message_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 'due';
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message_id);

CREATE TABLE webhook_attempts (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id TEXT NOT NULL REFERENCES webhook_deliveries(id) ON DELETE CASCADE,
  at          TEXT NOT NULL,
  took        INTEGER NOT NULL, -- microseconds
  status      INTEGER NOT NULL,
  request     TEXT NOT NULL,
  answer      TEXT NOT NULL,
  problem     TEXT NOT NULL
);
CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts (delivery_id);

CREATE TABLE hooks (
  id            TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  key           TEXT NOT NULL,
  received_at   TEXT NOT NULL,
  header        TEXT NOT NULL,
  body          BLOB NOT NULL,
  refs          TEXT NOT NULL,
  state         TEXT NOT NULL DEFAULT 'due',
  attempt       INTEGER NOT NULL DEFAULT 0,
  due_at        TEXT,
  problem       TEXT NOT NULL DEFAULT '',
  fence         INTEGER NOT NULL DEFAULT 0,
  lease_until   TEXT,
  UNIQUE (connection_id, key)
);
CREATE INDEX hooks_due ON hooks (received_at) WHERE state = 'due';
CREATE INDEX hooks_by_time ON hooks (received_at);
