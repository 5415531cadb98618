DROP TABLE setup;
DROP TABLE recovery_codes;
ALTER TABLE users DROP COLUMN totp_since;
ALTER TABLE users DROP COLUMN totp_step;
ALTER TABLE users DROP COLUMN totp;
DROP TABLE signin_mails;
