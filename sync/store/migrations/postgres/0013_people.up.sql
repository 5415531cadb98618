-- Who was asked to come in. Nobody is a user, or a member, before they accept.
CREATE TABLE invitations (
  id           text PRIMARY KEY,
  account_id   uuid REFERENCES accounts(id) ON DELETE CASCADE, -- NULL asks for staff
  email        text NOT NULL,
  name         text NOT NULL,
  role         text NOT NULL,
  invited_by   text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  key          text NOT NULL, -- of the form that asked
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz, -- NULL until the account is open to clients
  opened_at    timestamptz, -- somebody asked for a code; links alone are followed by scanners
  accepted_at  timestamptz,
  accepted_by  text REFERENCES users(id) ON DELETE SET NULL,
  withdrawn_at timestamptz,
  code_hash    bytea,
  code_until   timestamptz,
  code_tries   bigint NOT NULL DEFAULT 0
);
CREATE INDEX invitations_by_account ON invitations (account_id, created_at);
CREATE INDEX invitations_by_email ON invitations (email);

CREATE TABLE invitation_links (
  token_hash    bytea PRIMARY KEY,
  invitation_id text NOT NULL REFERENCES invitations(id) ON DELETE CASCADE,
  at            timestamptz NOT NULL
);
CREATE INDEX invitation_links_by_invitation ON invitation_links (invitation_id);

-- Which mails invite. They are owed in the name of who invites, because whom they
-- reach is no user yet.
CREATE TABLE invitation_mails (
  mail_id       text PRIMARY KEY,
  invitation_id text NOT NULL REFERENCES invitations(id) ON DELETE CASCADE,
  sort          text NOT NULL,
  at            timestamptz NOT NULL
);
CREATE INDEX invitation_mails_by_invitation ON invitation_mails (invitation_id, at);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON invitations USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
-- When a user last used the portal; sessions are forgotten when they end.
ALTER TABLE users ADD COLUMN seen_at timestamptz;
