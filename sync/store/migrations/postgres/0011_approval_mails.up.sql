-- Which mails ask for a decision or tell of one, so that none is owed twice and
-- staff see whom they reached.
CREATE TABLE approval_mails (
  mail_id     text PRIMARY KEY,
  account_id  uuid NOT NULL,
  approval_id uuid NOT NULL,
  version     bigint NOT NULL,
  user_id     text NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  sort        text NOT NULL,
  at          timestamptz NOT NULL,
  UNIQUE (account_id, approval_id, version, user_id, sort),
  FOREIGN KEY (account_id, approval_id) REFERENCES approvals(account_id, id) ON DELETE CASCADE
);
