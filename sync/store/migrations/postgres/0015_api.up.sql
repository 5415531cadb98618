-- The API: keys by which programs come in, and what was answered to requests that
-- may be sent again.

CREATE TABLE api_keys (
  id         text PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  name       text NOT NULL,
  start      text NOT NULL, -- how the key begins
  scopes     text NOT NULL, -- separated by spaces
  accounts   text NOT NULL, -- ids separated by spaces; '' means all of them
  made_by    text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  used_at    timestamptz,
  revoked_at timestamptz
);

CREATE TABLE api_answers (
  key_id      text NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
  idempotency text NOT NULL,
  request     text NOT NULL, -- SHA-256 of everything that was asked
  seed        text NOT NULL,
  done        boolean NOT NULL DEFAULT false,
  status      bigint NOT NULL DEFAULT 0,
  body        text NOT NULL DEFAULT '', -- sealed
  fence       bigint NOT NULL DEFAULT 1,
  lease_until timestamptz NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (key_id, idempotency)
);
CREATE INDEX api_answers_by_time ON api_answers (created_at);
