DROP INDEX approvals_late;
ALTER TABLE approvals DROP COLUMN late_at;
