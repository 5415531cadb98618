DROP INDEX streams_held;
DROP INDEX actions_held;
DROP INDEX webhook_deliveries_held;
DROP INDEX hooks_held;
ALTER TABLE streams DROP COLUMN holder;
ALTER TABLE actions DROP COLUMN holder;
ALTER TABLE webhook_deliveries DROP COLUMN holder;
ALTER TABLE hooks DROP COLUMN holder;
DROP TABLE budgets;
