DROP TABLE consents;
DROP TABLE tokens;
