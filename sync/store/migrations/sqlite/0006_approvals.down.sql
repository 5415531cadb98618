DROP TABLE approval_links;
DROP TABLE approval_versions;
DROP TABLE approval_people;
DROP TABLE approvals;
