-- What somebody handles, whoever's turn it is, counted and listed without looking
-- at what everybody else does.
CREATE INDEX records_mine ON records (person, turn, coalesce(turn_since, sort_at), id, account_id)
  WHERE kind = 'ticket' AND state NOT IN ('resolved', 'closed', 'cancelled') AND person <> '';
