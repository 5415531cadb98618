-- The read model, the actions and what the system needs to keep both true.
-- Times keep microseconds, ids are UUIDv7, enums text. What the account may read
-- is filtered by the database too: see the policies at the end of the file.

CREATE TABLE accounts (
  id         uuid PRIMARY KEY,
  name       text NOT NULL,
  parent_id  uuid REFERENCES accounts(id),
  launch     text NOT NULL DEFAULT 'hidden' CHECK (launch IN ('hidden', 'preview', 'invited')),
  created_at timestamptz NOT NULL
);

CREATE TABLE users (
  id            text PRIMARY KEY,
  name          text NOT NULL,
  email         text NOT NULL UNIQUE,
  staff_role    text NOT NULL DEFAULT '',
  password_hash text NOT NULL DEFAULT '',
  disabled      boolean NOT NULL DEFAULT false,
  epoch         bigint NOT NULL DEFAULT 0,
  locale        text NOT NULL DEFAULT '',
  zone          text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL
);

CREATE TABLE memberships (
  account_id uuid NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  role       text NOT NULL,
  PRIMARY KEY (account_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE staff_accounts (
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  account_id uuid NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, account_id)
);

CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY,
  id         text NOT NULL,
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  epoch      bigint NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  idle       bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  ip         text NOT NULL,
  agent      text NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE resets (
  token_hash bytea PRIMARY KEY,
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);

CREATE TABLE attempts (
  key text NOT NULL,
  at  timestamptz NOT NULL
);
CREATE INDEX attempts_by_key ON attempts (key, at);

CREATE TABLE connections (
  id            uuid PRIMARY KEY,
  connector     text NOT NULL,
  name          text NOT NULL UNIQUE,
  settings      text NOT NULL DEFAULT '{}',
  allow_private text NOT NULL DEFAULT '',
  ca            text NOT NULL DEFAULT '',
  queues        text NOT NULL DEFAULT '[]',
  read_only     boolean NOT NULL DEFAULT false,
  paused        boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL
);

CREATE TABLE secrets (
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  field         text NOT NULL,
  sealed        bytea NOT NULL,
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (connection_id, field)
);

CREATE TABLE streams (
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  stream        text NOT NULL,
  position      bigint NOT NULL, -- the order in which the connector names them
  kinds         text NOT NULL,
  every         bigint NOT NULL,
  census_every  bigint NOT NULL,
  fresh_for     bigint NOT NULL,
  checkpoint    bytea,
  completed_at  timestamptz,
  counted_at    timestamptz,
  next_at       timestamptz,
  failures      bigint NOT NULL DEFAULT 0,
  failing_since timestamptz,
  problem       text NOT NULL DEFAULT '',
  held          text NOT NULL DEFAULT '',
  fence         bigint NOT NULL DEFAULT 0,
  lease_until   timestamptz,
  PRIMARY KEY (connection_id, stream)
);

CREATE TABLE runs (
  id            text PRIMARY KEY,
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  stream        text NOT NULL,
  mode          text NOT NULL,
  first         boolean NOT NULL,
  started_at    timestamptz NOT NULL,
  ended_at      timestamptz,
  state         text NOT NULL,
  counts        text NOT NULL DEFAULT '{}',
  done          bigint NOT NULL DEFAULT 0,
  total         bigint NOT NULL DEFAULT -1,
  problem       text NOT NULL DEFAULT ''
);
CREATE INDEX runs_by_stream ON runs (connection_id, stream, started_at);

CREATE TABLE rejects (
  run_id      text NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position    bigint NOT NULL,
  kind        text NOT NULL,
  external_id text NOT NULL,
  reason      text NOT NULL
);
CREATE INDEX rejects_by_run ON rejects (run_id);

CREATE TABLE companies (
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  key           text NOT NULL,
  name          text NOT NULL,
  account_id    uuid REFERENCES accounts(id),
  matched_by    text NOT NULL DEFAULT '',
  matched_at    timestamptz,
  seen_at       timestamptz NOT NULL,
  PRIMARY KEY (connection_id, key)
);
CREATE INDEX companies_by_account ON companies (account_id);

CREATE TABLE meanings (
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind          text NOT NULL,
  raw           text NOT NULL,
  state         text NOT NULL,
  label         text NOT NULL,
  explanation   text NOT NULL,
  turn          text NOT NULL,
  guessed       boolean NOT NULL,
  PRIMARY KEY (connection_id, kind, raw)
);

-- Who a thing of a source is here. The account is where its rows are now.
CREATE TABLE identities (
  connection_id   uuid NOT NULL,
  kind            text NOT NULL,
  external_id     text NOT NULL,
  record_id       uuid NOT NULL,
  account_id      uuid NOT NULL,
  hash            bytea NOT NULL,
  company         text NOT NULL DEFAULT '',
  parent_kind     text NOT NULL DEFAULT '',
  parent_external text NOT NULL DEFAULT '',
  PRIMARY KEY (connection_id, kind, external_id)
);
CREATE INDEX identities_by_parent ON identities (connection_id, parent_kind, parent_external) WHERE parent_external <> '';

-- Records that cannot be shown to anybody yet: their company is not matched, or
-- what they belong to has not arrived. They are promoted without a new pull.
CREATE TABLE staging (
  connection_id   uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind            text NOT NULL,
  external_id     text NOT NULL,
  company         text NOT NULL,
  parent_kind     text NOT NULL,
  parent_external text NOT NULL,
  hash            bytea NOT NULL,
  record          bytea NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (connection_id, kind, external_id)
);
CREATE INDEX staging_by_company ON staging (connection_id, company);
CREATE INDEX staging_by_parent ON staging (connection_id, parent_kind, parent_external) WHERE parent_external <> '';

CREATE TABLE records (
  account_id    uuid NOT NULL,
  id            uuid NOT NULL,
  connection_id uuid NOT NULL,
  kind          text NOT NULL,
  external_id   text NOT NULL,
  parent_id     uuid,
  version       text NOT NULL,
  url           text NOT NULL,
  number        text NOT NULL,
  title         text NOT NULL,
  person        text NOT NULL,
  requester     text NOT NULL,
  status_raw    text NOT NULL,
  state         text NOT NULL,
  label         text NOT NULL,
  explanation   text NOT NULL,
  turn          text NOT NULL,
  turn_since    timestamptz,
  due_at        timestamptz,
  sort_at       timestamptz NOT NULL,
  created_at    timestamptz,
  updated_at    timestamptz,
  reread_at     timestamptz,
  body          bytea NOT NULL,
  -- The id leads because ids grow with time: a pull over many accounts then adds
  -- to the end of this index instead of touching a page of it for each of them.
  PRIMARY KEY (id, account_id)
);
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at);
-- Every page says how many wait for the client: few of very many.
CREATE INDEX records_waiting ON records (account_id, kind, turn, sort_at) WHERE turn = 'client';
CREATE INDEX records_by_parent ON records (account_id, parent_id, sort_at) WHERE parent_id IS NOT NULL;

CREATE TABLE actions (
  seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES accounts(id),
  id            uuid NOT NULL,
  ref           text NOT NULL UNIQUE,
  user_id       text NOT NULL,
  actor         text NOT NULL,
  key           text NOT NULL,
  kind          text NOT NULL,
  connection_id uuid NOT NULL REFERENCES connections(id),
  target_id     uuid,
  external_id   text NOT NULL,
  company       text NOT NULL,
  base          text NOT NULL,
  input         text NOT NULL,
  state         text NOT NULL,
  attempt       bigint NOT NULL DEFAULT 0,
  generation    bigint NOT NULL DEFAULT 0,
  mark          text NOT NULL DEFAULT '',
  reference     text NOT NULL DEFAULT '',
  reason        text NOT NULL DEFAULT '',
  recorded_at   timestamptz NOT NULL,
  began_at      timestamptz,
  sent_at       timestamptz,
  accepted_at   timestamptz,
  ended_at      timestamptz,
  changed_at    timestamptz NOT NULL,
  due_at        timestamptz,
  fence         bigint NOT NULL DEFAULT 0,
  lease_until   timestamptz,
  UNIQUE (account_id, id),
  UNIQUE (account_id, user_id, key)
);
CREATE INDEX actions_by_target ON actions (account_id, target_id, seq);
CREATE INDEX actions_moving ON actions (connection_id, external_id, seq)
  WHERE state IN ('recorded', 'sending', 'accepted', 'retrying', 'unknown');

CREATE TABLE outbox (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic   text NOT NULL,
  payload text NOT NULL
);

-- The second lock of isolation: whoever is not let in by another policy sees the
-- rows of the account that the transaction names, and none when it names none.
-- An unset setting is NULL in a new connection and '' afterwards.
ALTER TABLE records ENABLE ROW LEVEL SECURITY;
ALTER TABLE records FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON records USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE actions ENABLE ROW LEVEL SECURITY;
ALTER TABLE actions FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON actions USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON identities USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE companies FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON companies USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
