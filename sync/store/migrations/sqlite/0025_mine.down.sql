DROP INDEX records_mine;
