DROP TABLE looks;
ALTER TABLE approvals DROP COLUMN nudged_on;
DROP INDEX accounts_hidden;
DROP INDEX actions_stuck;
DROP INDEX approvals_waiting;
DROP INDEX records_late;
DROP INDEX records_queue;
