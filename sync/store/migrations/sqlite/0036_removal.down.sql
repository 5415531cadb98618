ALTER TABLE connections DROP COLUMN removed_at;
ALTER TABLE connections DROP COLUMN removing_at;
