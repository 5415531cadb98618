-- What records have in fields that only their tenant has: texts by the source's own
-- id of the field. They stand beside the records, so that no list and no record
-- without any pays for them; they move and go with their record.
CREATE TABLE customs (
  account_id    TEXT NOT NULL,
  record_id     TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  kind          TEXT NOT NULL,
  body          TEXT NOT NULL,
  PRIMARY KEY (record_id, account_id),
  FOREIGN KEY (record_id, account_id) REFERENCES records (id, account_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX customs_by_kind ON customs (connection_id, kind, record_id);
-- What the fields of a connection are, and who is shown them: nobody, until an
-- administrator decides.
CREATE TABLE custom_fields (
  connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  field         TEXT NOT NULL,
  label         TEXT NOT NULL,
  type          TEXT NOT NULL,
  name          TEXT NOT NULL DEFAULT '',
  shown         TEXT NOT NULL DEFAULT 'hidden' CHECK (shown IN ('hidden', 'staff', 'clients')),
  position      integer NOT NULL DEFAULT 0,
  PRIMARY KEY (connection_id, kind, field)
);
