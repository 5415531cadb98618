-- Mail to people: what happened and is in no mail yet, the mails that are owed,
-- and what each person wants to hear.

-- When a request last changed its state or turn in the source, and from what;
-- what is only read again leaves both as they are.
ALTER TABLE records ADD COLUMN news_at timestamptz;
ALTER TABLE records ADD COLUMN news_from text NOT NULL DEFAULT '';
-- Who mails clients about what happens in the source: 'portico' or 'source'.
ALTER TABLE connections ADD COLUMN mails text NOT NULL DEFAULT 'portico';

CREATE TABLE notices (
  account_id uuid NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  entry_id   uuid NOT NULL, -- a ticket, a comment or an action
  about      text NOT NULL,
  ticket_id  uuid,
  user_id    text, -- whom alone it concerns; NULL for whoever may see it
  was        text NOT NULL,
  fresh      boolean NOT NULL,
  at         timestamptz NOT NULL,
  due_at     timestamptz NOT NULL,
  PRIMARY KEY (account_id, entry_id)
);
CREATE INDEX notices_due ON notices (due_at);

CREATE TABLE mails (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          text NOT NULL UNIQUE,
  user_id     text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  account_id  uuid REFERENCES accounts(id) ON DELETE CASCADE,
  sort        text NOT NULL,
  topics      text NOT NULL DEFAULT '[]',
  more        bigint NOT NULL DEFAULT 0,
  sealed      text NOT NULL DEFAULT '', -- erased when the mail is settled
  state       text NOT NULL DEFAULT 'due',
  attempt     bigint NOT NULL DEFAULT 0,
  problem     text NOT NULL DEFAULT '',
  doubtful    boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  expires_at  timestamptz,
  ended_at    timestamptz,
  fence       bigint NOT NULL DEFAULT 0,
  lease_until timestamptz
);
CREATE INDEX mails_due ON mails (due_at) WHERE state = 'due';
CREATE INDEX mails_by_user ON mails (user_id, account_id) WHERE state = 'due';
CREATE INDEX mails_ended ON mails (ended_at) WHERE state <> 'due';

CREATE TABLE mail_choices (
  account_id uuid NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  choice     text NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, user_id)
);

ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON notices USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON mails USING (account_id = nullif(current_setting('app.account', true), '')::uuid);

ALTER TABLE mail_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_choices FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON mail_choices USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
