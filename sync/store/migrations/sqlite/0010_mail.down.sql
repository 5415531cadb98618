DROP TABLE mail_choices;
DROP TABLE mails;
DROP TABLE notices;
ALTER TABLE connections DROP COLUMN mails;
ALTER TABLE records DROP COLUMN news_from;
ALTER TABLE records DROP COLUMN news_at;
