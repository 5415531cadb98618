-- What a search looks at, folded as queries are, stands in the index that lists are
-- read from: a search reads no record that it does not show. So does what most lists
-- leave out. It is in the row and in its index, so that a record that is moved,
-- hidden or removed is gone for every search in the same transaction.
ALTER TABLE records ADD COLUMN search text NOT NULL DEFAULT '';
ALTER TABLE records NO FORCE ROW LEVEL SECURITY;
-- The same folding that the program does (store/internal/folded): small letters, no
-- marks, and those letters spelled out that are no letter and a mark.
UPDATE records SET search = left(replace(replace(replace(translate(lower(regexp_replace(
    normalize(left(number || E'\n' || person || E'\n' || title, 600), NFKD), U&'[\0300-\036F]', '', 'g')),
    'øłđı', 'oldi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 600)
  WHERE number || person || title <> '';
ALTER TABLE records FORCE ROW LEVEL SECURITY;
DROP INDEX records_by_sort;
CREATE INDEX records_by_sort ON records (account_id, kind, sort_at, id) INCLUDE (hidden, state, search);
