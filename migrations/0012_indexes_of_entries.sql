-- Why: SQLite plans without statistics, and took two indexes where they read far too much.
--
-- No statement needs the entries of an account by this one. It was taken where entries are looked up by a list of 200 ids,
-- so that a move read all of an account's entries while it had the database locked.
DROP INDEX entries_by_account;
-- What is being deleted for ever has no parent, as each account's root has none. Where the next of it is looked for, an index
-- without those rows cannot be taken.
DROP INDEX entries_by_time;
CREATE INDEX entries_by_time ON entries (parent, id) WHERE parent IS NOT NULL;
