-- What staff see across accounts: what is open, by whose turn it is and since
-- when, read in that order without looking at anything that is finished.
CREATE INDEX records_queue ON records (turn, coalesce(turn_since, sort_at), id, account_id, person)
  WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX records_late ON records (due_at, turn, account_id)
  WHERE kind = 'ticket' AND due_at IS NOT NULL AND state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX approvals_waiting ON approvals (changed_at, id, account_id) WHERE state = 'open';
CREATE INDEX actions_stuck ON actions (state, changed_at, id, account_id) WHERE state IN ('dead', 'conflict');
CREATE INDEX accounts_hidden ON accounts (id) WHERE launch = 'hidden';

-- The day on which staff last had the reminder sent again.
ALTER TABLE approvals ADD COLUMN nudged_on text NOT NULL DEFAULT '';

-- A session of staff that looks at an account as one of its members.
CREATE TABLE looks (
  token_hash bytea PRIMARY KEY REFERENCES sessions(token_hash) ON DELETE CASCADE,
  account_id uuid NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  user_id    text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  until      timestamptz NOT NULL
);

ALTER TABLE looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE looks FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON looks USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
