-- What a connection is signed in with when that changes by itself. The version
-- decides which of two that renew it was first; the lease lets only one ask.
CREATE TABLE tokens (
  connection_id   uuid PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
  version         bigint NOT NULL,
  sealed          bytea NOT NULL, -- '' when there is none
  signed_in_at    timestamptz, -- when a person agreed
  got_at          timestamptz,
  expires_at      timestamptz,
  refresh_ends_at timestamptz,
  ended           text NOT NULL DEFAULT '', -- why nothing is asked any more
  leased_until    timestamptz
);

-- Somebody who is at a vendor to let us in. A row works once.
CREATE TABLE consents (
  state_hash    bytea PRIMARY KEY,
  session_hash  bytea NOT NULL,
  user_id       text NOT NULL,
  connection_id uuid NOT NULL, -- one that exists, or that is being made
  sealed        bytea NOT NULL, -- the verifier, and the draft of one that is being made
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  used_at       timestamptz
);
CREATE INDEX consents_old ON consents (expires_at);
