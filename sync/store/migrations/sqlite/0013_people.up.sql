-- Who was asked to come in. Nobody is a user, or a member, before they accept.
CREATE TABLE invitations (
  id           TEXT PRIMARY KEY,
  account_id   TEXT REFERENCES accounts(id) ON DELETE CASCADE, -- NULL asks for staff
  email        TEXT NOT NULL,
  name         TEXT NOT NULL,
  role         TEXT NOT NULL,
  invited_by   TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  key          TEXT NOT NULL, -- of the form that asked
  created_at   TEXT NOT NULL,
  expires_at   TEXT, -- NULL until the account is open to clients
  opened_at    TEXT, -- somebody asked for a code; links alone are followed by scanners
  accepted_at  TEXT,
  accepted_by  TEXT REFERENCES users(id) ON DELETE SET NULL,
  withdrawn_at TEXT,
  code_hash    BLOB,
  code_until   TEXT,
  code_tries   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX invitations_by_account ON invitations (account_id, created_at);
CREATE INDEX invitations_by_email ON invitations (email);

CREATE TABLE invitation_links (
  token_hash    BLOB PRIMARY KEY,
  invitation_id TEXT NOT NULL REFERENCES invitations(id) ON DELETE CASCADE,
  at            TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitation_links_by_invitation ON invitation_links (invitation_id);

-- Which mails invite. They are owed in the name of who invites, because whom they
-- reach is no user yet.
CREATE TABLE invitation_mails (
  mail_id       TEXT PRIMARY KEY,
  invitation_id TEXT NOT NULL REFERENCES invitations(id) ON DELETE CASCADE,
  sort          TEXT NOT NULL,
  at            TEXT NOT NULL
);
CREATE INDEX invitation_mails_by_invitation ON invitation_mails (invitation_id, at);
-- When a user last used the portal; sessions are forgotten when they end.
ALTER TABLE users ADD COLUMN seen_at TEXT;
