-- The secret address by which a member's own calendar program reads the calendar of
-- an account. It ends with the membership.
CREATE TABLE calendar_feeds (
  account_id uuid NOT NULL,
  user_id    text NOT NULL,
  feed       uuid NOT NULL UNIQUE, -- names it; the address is this and a mark made with the key
  made_at    timestamptz NOT NULL,
  PRIMARY KEY (account_id, user_id),
  FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);

ALTER TABLE calendar_feeds ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_feeds FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON calendar_feeds USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
