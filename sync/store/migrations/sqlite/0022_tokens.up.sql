-- What a connection is signed in with when that changes by itself. The version
-- decides which of two that renew it was first; the lease lets only one ask.
CREATE TABLE tokens (
  connection_id   TEXT PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
  version         INTEGER NOT NULL,
  sealed          BLOB NOT NULL, -- '' when there is none
  signed_in_at    TEXT, -- when a person agreed
  got_at          TEXT,
  expires_at      TEXT,
  refresh_ends_at TEXT,
  ended           TEXT NOT NULL DEFAULT '', -- why nothing is asked any more
  leased_until    TEXT
);

-- Somebody who is at a vendor to let us in. A row works once.
CREATE TABLE consents (
  state_hash    BLOB PRIMARY KEY,
  session_hash  BLOB NOT NULL,
  user_id       TEXT NOT NULL,
  connection_id TEXT NOT NULL, -- one that exists, or that is being made
  sealed        BLOB NOT NULL, -- the verifier, and the draft of one that is being made
  created_at    TEXT NOT NULL,
  expires_at    TEXT NOT NULL,
  used_at       TEXT
);
CREATE INDEX consents_old ON consents (expires_at);
