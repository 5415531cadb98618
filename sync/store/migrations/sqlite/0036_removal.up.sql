-- When an administrator had a connection removed, and when everything of it was
-- gone. Its row stays, because what clients asked for through it does.
ALTER TABLE connections ADD COLUMN removing_at TEXT;
ALTER TABLE connections ADD COLUMN removed_at TEXT;
