ALTER TABLE approvals DROP COLUMN made_as;
ALTER TABLE actions DROP COLUMN made_as;
DROP TABLE merged_accounts;
