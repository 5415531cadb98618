ALTER TABLE streams DROP COLUMN wanted;
