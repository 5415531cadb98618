DROP TABLE invitation_mails;
DROP TABLE invitation_links;
DROP TABLE invitations;
ALTER TABLE users DROP COLUMN seen_at;
