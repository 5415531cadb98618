-- Webhooks out: who is told, what is said, and how each telling goes. Webhooks
-- in: what arrived, kept raw until what it hints at has been read.

CREATE TABLE webhook_endpoints (
  id            text PRIMARY KEY,
  account_id    uuid REFERENCES accounts(id) ON DELETE CASCADE, -- NULL: events of every account
  url           text NOT NULL,
  description   text NOT NULL,
  types         text NOT NULL,
  headers       text NOT NULL, -- sealed
  rate          bigint NOT NULL,
  secret        text NOT NULL, -- sealed
  old_secret    text NOT NULL DEFAULT '',
  old_until     timestamptz,
  enabled       boolean NOT NULL DEFAULT true,
  why           text NOT NULL DEFAULT '',
  failing_since timestamptz,
  ready_at      timestamptz,
  created_at    timestamptz NOT NULL
);

CREATE TABLE webhook_messages (
  id         text PRIMARY KEY,
  key        text NOT NULL UNIQUE, -- what it says, so that it is said once
  type       text NOT NULL,
  account_id uuid,
  at         timestamptz NOT NULL,
  payload    text NOT NULL
);
CREATE INDEX webhook_messages_by_time ON webhook_messages (at);

CREATE TABLE webhook_deliveries (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          text NOT NULL UNIQUE,
  endpoint_id text NOT NULL REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  message_id  text NOT NULL REFERENCES webhook_messages(id) ON DELETE CASCADE,
  state       text NOT NULL DEFAULT 'due',
  attempt     bigint NOT NULL DEFAULT 0,
  status      bigint NOT NULL DEFAULT 0,
  problem     text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  ended_at    timestamptz,
  fence       bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  UNIQUE (endpoint_id, message_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 'due';
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message_id);

CREATE TABLE webhook_attempts (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id text NOT NULL REFERENCES webhook_deliveries(id) ON DELETE CASCADE,
  at          timestamptz NOT NULL,
  took        bigint NOT NULL, -- microseconds
  status      bigint NOT NULL,
  request     text NOT NULL,
  answer      text NOT NULL,
  problem     text NOT NULL
);
CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts (delivery_id);

CREATE TABLE hooks (
  id            text PRIMARY KEY,
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  key           text NOT NULL,
  received_at   timestamptz NOT NULL,
  header        text NOT NULL,
  body          bytea NOT NULL,
  refs          text NOT NULL,
  state         text NOT NULL DEFAULT 'due',
  attempt       bigint NOT NULL DEFAULT 0,
  due_at        timestamptz,
  problem       text NOT NULL DEFAULT '',
  fence         bigint NOT NULL DEFAULT 0,
  lease_until   timestamptz,
  UNIQUE (connection_id, key)
);
CREATE INDEX hooks_due ON hooks (received_at) WHERE state = 'due';
CREATE INDEX hooks_by_time ON hooks (received_at);
