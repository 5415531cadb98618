-- What administrators decide in the browser, by name. Every save is a row of its
-- own: its number tells two savers apart, and what was before can be compared.
CREATE TABLE settings (
  name       TEXT NOT NULL,
  version    INTEGER NOT NULL,
  value      TEXT NOT NULL, -- JSON; secrets in it are sealed
  changed_by TEXT NOT NULL, -- id of a user
  changed_at TEXT NOT NULL,
  PRIMARY KEY (name, version)
);
