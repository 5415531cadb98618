-- A sign-in that somebody asked for by mail: one per person, so that a new one
-- ends the old. The link opens in any browser; the hash of the code is made of
-- the token of the browser that asked, too, and opens in no other.
CREATE TABLE signin_mails (
  user_id      TEXT PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
  link_hash    BLOB NOT NULL UNIQUE,
  code_hash    BLOB NOT NULL UNIQUE,
  expires_at   TEXT NOT NULL
) WITHOUT ROWID;

-- The second step of a sign-in (RFC 6238): the sealed secret, '' for none, and
-- the newest step whose code was used.
ALTER TABLE users ADD COLUMN totp TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN totp_since TEXT;

CREATE TABLE recovery_codes (
  user_id   TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  code_hash BLOB NOT NULL,
  PRIMARY KEY (user_id, code_hash)
) WITHOUT ROWID;

-- The token that opens the first-run page, at most one.
CREATE TABLE setup (
  only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
  token_hash BLOB NOT NULL,
  expires_at TEXT NOT NULL
);
