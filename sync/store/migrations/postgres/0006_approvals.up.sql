-- What clients are asked to decide. A version never changes; the answer is one
-- row's change of state, so that exactly one wins.

CREATE TABLE approvals (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id  uuid NOT NULL REFERENCES accounts(id),
  id          uuid NOT NULL,
  ref         text NOT NULL UNIQUE,
  key         text NOT NULL,
  asker_id    text NOT NULL,
  asker       text NOT NULL,
  title       text NOT NULL,
  state       text NOT NULL,
  version     bigint NOT NULL,
  roles       text NOT NULL DEFAULT '', -- any one of them may decide; separated by spaces
  sign_in     boolean NOT NULL DEFAULT false,
  due_at      timestamptz,
  remind_at   timestamptz,
  ticket_id   uuid,
  number      text NOT NULL DEFAULT '', -- of the request, when it was asked
  subject     text NOT NULL DEFAULT '',
  decision    text NOT NULL DEFAULT '',
  reply_id    uuid,
  created_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL,
  UNIQUE (account_id, id),
  UNIQUE (account_id, asker_id, key)
);
CREATE INDEX approvals_open ON approvals (account_id, seq) WHERE state = 'open';
CREATE INDEX approvals_remind ON approvals (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;

CREATE TABLE approval_people (
  account_id  uuid NOT NULL,
  approval_id uuid NOT NULL,
  user_id     text NOT NULL,
  name        text NOT NULL,
  email       text NOT NULL,
  PRIMARY KEY (account_id, approval_id, user_id),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);

CREATE TABLE approval_versions (
  account_id  uuid NOT NULL,
  approval_id uuid NOT NULL,
  number      bigint NOT NULL,
  key         text NOT NULL,
  at          timestamptz NOT NULL,
  author      text NOT NULL,
  title       text NOT NULL,
  words       text NOT NULL,
  file        text NOT NULL DEFAULT '',
  note        text NOT NULL DEFAULT '',
  digest      text NOT NULL,
  PRIMARY KEY (account_id, approval_id, number),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);

CREATE TABLE approval_links (
  id          text PRIMARY KEY,
  token_hash  bytea NOT NULL UNIQUE,
  account_id  uuid NOT NULL,
  approval_id uuid NOT NULL,
  version     bigint NOT NULL,
  user_id     text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);
CREATE INDEX approval_links_by_end ON approval_links (expires_at);

ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON approvals USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE approval_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_people FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON approval_people USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE approval_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON approval_versions USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
