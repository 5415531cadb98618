ALTER TABLE connections DROP COLUMN quiet_until;
ALTER TABLE connections DROP COLUMN quiet_from;
ALTER TABLE streams DROP COLUMN chosen_every;
