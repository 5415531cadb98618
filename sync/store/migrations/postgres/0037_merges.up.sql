-- Accounts that were merged into another one. Their names are kept, because the audit
-- log speaks of them, and an address of theirs leads on.
CREATE TABLE merged_accounts (
  id      uuid PRIMARY KEY,
  name    text NOT NULL,
  into_id uuid NOT NULL REFERENCES accounts(id),
  at      timestamptz NOT NULL
);
-- Under which account something was asked or decided, when it has moved since; '' for
-- the one that it is in.
ALTER TABLE actions ADD COLUMN made_as text NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN made_as text NOT NULL DEFAULT '';
-- An approval and what belongs to it move within one transaction.
ALTER TABLE approval_people ALTER CONSTRAINT approval_people_account_id_approval_id_fkey DEFERRABLE;
ALTER TABLE approval_versions ALTER CONSTRAINT approval_versions_account_id_approval_id_fkey DEFERRABLE;
ALTER TABLE approval_links ALTER CONSTRAINT approval_links_account_id_approval_id_fkey DEFERRABLE;
ALTER TABLE approval_mails ALTER CONSTRAINT approval_mails_account_id_approval_id_fkey DEFERRABLE;
