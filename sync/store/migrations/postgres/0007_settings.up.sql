-- What administrators decide in the browser, by name. Every save is a row of its
-- own: its number tells two savers apart, and what was before can be compared.
CREATE TABLE settings (
  name       text NOT NULL,
  version    bigint NOT NULL,
  value      text NOT NULL, -- JSON; secrets in it are sealed
  changed_by text NOT NULL, -- id of a user
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (name, version)
);
