-- While there is a row, nothing leaves: no action, no webhook, no mail, no pull.
-- A restored copy gets one, so that two copies never speak for one firm.
CREATE TABLE hold (
  one   integer PRIMARY KEY CHECK (one = 1),
  since timestamptz NOT NULL,
  why   text NOT NULL
);
