-- How often an administrator wants a stream to be read, in seconds; 0 is as often as
-- its connector asks for. every and fresh_for stay what counts.
ALTER TABLE streams ADD COLUMN chosen_every bigint NOT NULL DEFAULT 0;
-- The minutes of the day, by the provider's clock, between which nothing is read by
-- schedule; the same twice is none.
ALTER TABLE connections ADD COLUMN quiet_from integer NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN quiet_until integer NOT NULL DEFAULT 0;
