-- What became of the webhooks that a connection was sent, since it was made.
CREATE TABLE hook_counts (
  connection_id uuid PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
  taken         bigint NOT NULL DEFAULT 0,
  repeated      bigint NOT NULL DEFAULT 0, -- of an event that was taken before
  refused       bigint NOT NULL DEFAULT 0,
  taken_at      timestamptz,
  refused_at    timestamptz,
  problem       text NOT NULL DEFAULT '' -- why the newest one was refused
);
