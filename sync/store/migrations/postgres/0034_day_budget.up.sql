-- When everything that was taken of a day's budget is paid off.
ALTER TABLE budgets ADD COLUMN day_paid timestamptz;
