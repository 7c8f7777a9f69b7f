-- Why: SQLite plans without statistics, and took two indexes where they read far too much.
--
-- No statement needs the entries of an account by this one. It was taken where entries are looked up by a list of 200 ids,
-- so that a move read all of an account's entries while it had the database locked.
DROP INDEX entries_by_account;
-- Rows without a parent are the roots, and what is being deleted for ever. SQLite read and sorted all of these by this index to
-- find the next account that has any, instead of taking `entries_detached`.
DROP INDEX entries_by_time;
CREATE INDEX entries_by_time ON entries (parent, id) WHERE parent IS NOT NULL;
