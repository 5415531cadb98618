DROP TABLE custom_fields;
DROP TABLE customs;
