-- While there is a row, nothing leaves: no action, no webhook, no mail, no pull.
-- A restored copy gets one, so that two copies never speak for one firm.
CREATE TABLE hold (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  since TEXT NOT NULL,
  why   TEXT NOT NULL
);
