-- What records have in fields that only their tenant has: texts by the source's own
-- id of the field. They stand beside the records, so that no list and no record
-- without any pays for them; they move and go with their record.
CREATE TABLE customs (
  account_id    uuid NOT NULL,
  record_id     uuid NOT NULL,
  connection_id uuid NOT NULL,
  kind          text NOT NULL,
  body          text NOT NULL,
  PRIMARY KEY (record_id, account_id),
  FOREIGN KEY (record_id, account_id) REFERENCES records (id, account_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX customs_by_kind ON customs (connection_id, kind, record_id);
-- What the fields of a connection are, and who is shown them: nobody, until an
-- administrator decides.
CREATE TABLE custom_fields (
  connection_id uuid NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
  kind          text NOT NULL,
  field         text NOT NULL,
  label         text NOT NULL,
  type          text NOT NULL,
  name          text NOT NULL DEFAULT '',
  shown         text NOT NULL DEFAULT 'hidden' CHECK (shown IN ('hidden', 'staff', 'clients')),
  position      integer NOT NULL DEFAULT 0,
  PRIMARY KEY (connection_id, kind, field)
);

ALTER TABLE customs ENABLE ROW LEVEL SECURITY;
ALTER TABLE customs FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON customs USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
