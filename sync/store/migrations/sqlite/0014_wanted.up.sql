-- What a person asked a stream to do and no run has done yet: 'everything' is to
-- read it whole again, 'census' to remove what is missing, however much it is.
ALTER TABLE streams ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
