-- The secret address by which a member's own calendar program reads the calendar of
-- an account. It ends with the membership.
CREATE TABLE calendar_feeds (
  account_id TEXT NOT NULL,
  user_id    TEXT NOT NULL,
  feed       TEXT NOT NULL UNIQUE, -- names it; the address is this and a mark made with the key
  made_at    TEXT NOT NULL,
  PRIMARY KEY (account_id, user_id),
  FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);
