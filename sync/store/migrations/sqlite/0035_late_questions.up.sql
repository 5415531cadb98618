-- When who asked is told that nobody has decided in time; NULL for never, or when
-- they were told.
ALTER TABLE approvals ADD COLUMN late_at TEXT;
UPDATE approvals SET late_at = due_at WHERE state = 'open' AND due_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now');
CREATE INDEX approvals_late ON approvals (late_at) WHERE state = 'open' AND late_at IS NOT NULL;
