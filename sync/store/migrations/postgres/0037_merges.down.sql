ALTER TABLE approval_mails ALTER CONSTRAINT approval_mails_account_id_approval_id_fkey NOT DEFERRABLE;
ALTER TABLE approval_links ALTER CONSTRAINT approval_links_account_id_approval_id_fkey NOT DEFERRABLE;
ALTER TABLE approval_versions ALTER CONSTRAINT approval_versions_account_id_approval_id_fkey NOT DEFERRABLE;
ALTER TABLE approval_people ALTER CONSTRAINT approval_people_account_id_approval_id_fkey NOT DEFERRABLE;
ALTER TABLE approvals DROP COLUMN made_as;
ALTER TABLE actions DROP COLUMN made_as;
DROP TABLE merged_accounts;
