ALTER TABLE budgets DROP COLUMN day_paid;
