-- What became of the webhooks that a connection was sent, since it was made.
CREATE TABLE hook_counts (
  connection_id TEXT PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
  taken         INTEGER NOT NULL DEFAULT 0,
  repeated      INTEGER NOT NULL DEFAULT 0, -- of an event that was taken before
  refused       INTEGER NOT NULL DEFAULT 0,
  taken_at      TEXT,
  refused_at    TEXT,
  problem       TEXT NOT NULL DEFAULT '' -- why the newest one was refused
);
