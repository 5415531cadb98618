-- Mail to people: what happened and is in no mail yet, the mails that are owed,
-- and what each person wants to hear.

-- When a request last changed its state or turn in the source, and from what;
-- what is only read again leaves both as they are.
ALTER TABLE records ADD COLUMN news_at TEXT;
ALTER TABLE records ADD COLUMN news_from TEXT NOT NULL DEFAULT '';
-- Who mails clients about what happens in the source: 'portico' or 'source'.
ALTER TABLE connections ADD COLUMN mails TEXT NOT NULL DEFAULT 'portico';

CREATE TABLE notices (
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  entry_id   TEXT NOT NULL, -- a ticket, a comment or an action
  about      TEXT NOT NULL,
  ticket_id  TEXT,
  user_id    TEXT, -- whom alone it concerns; NULL for whoever may see it
  was        TEXT NOT NULL,
  fresh      INTEGER NOT NULL,
  at         TEXT NOT NULL,
  due_at     TEXT NOT NULL,
  PRIMARY KEY (account_id, entry_id)
);
CREATE INDEX notices_due ON notices (due_at);

CREATE TABLE mails (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  user_id     TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  account_id  TEXT REFERENCES accounts(id) ON DELETE CASCADE,
  sort        TEXT NOT NULL,
  topics      TEXT NOT NULL DEFAULT '[]',
  more        INTEGER NOT NULL DEFAULT 0,
  sealed      TEXT NOT NULL DEFAULT '', -- erased when the mail is settled
  state       TEXT NOT NULL DEFAULT 'due',
  attempt     INTEGER NOT NULL DEFAULT 0,
  problem     TEXT NOT NULL DEFAULT '',
  doubtful    INTEGER NOT NULL DEFAULT 0,
  created_at  TEXT NOT NULL,
  due_at      TEXT NOT NULL,
  expires_at  TEXT,
  ended_at    TEXT,
  fence       INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT
);
CREATE INDEX mails_due ON mails (due_at) WHERE state = 'due';
CREATE INDEX mails_by_user ON mails (user_id, account_id) WHERE state = 'due';
CREATE INDEX mails_ended ON mails (ended_at) WHERE state <> 'due';

CREATE TABLE mail_choices (
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  choice     TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  PRIMARY KEY (account_id, user_id)
);
