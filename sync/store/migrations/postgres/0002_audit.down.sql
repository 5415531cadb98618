DROP TABLE audit_heads;
DROP TABLE audit_hashes;
DROP TABLE audit_leaves;
