-- What processes share: how much of a connection's budget of requests is left,
-- and which of them holds a lease (the number of an advisory lock, which ends
-- with its session; NULL is somebody who is not known to be alive).
CREATE TABLE budgets (
  connection_id uuid PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
  second_paid   timestamptz,
  minute_paid   timestamptz,
  held_until    timestamptz
);

ALTER TABLE streams ADD COLUMN holder bigint;
ALTER TABLE actions ADD COLUMN holder bigint;
ALTER TABLE webhook_deliveries ADD COLUMN holder bigint;
ALTER TABLE hooks ADD COLUMN holder bigint;
CREATE INDEX streams_held ON streams (holder) WHERE lease_until IS NOT NULL;
CREATE INDEX actions_held ON actions (holder) WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (holder) WHERE lease_until IS NOT NULL;
CREATE INDEX hooks_held ON hooks (holder) WHERE lease_until IS NOT NULL;
