-- Why: people see files in folders, not blobs; their names, order and uniqueness are kept here.
--
-- Each account has one root folder, the only row without a parent, so that the unique index below also applies to the
-- root. `folded` is the name in NFC and lower case. `sort` gives the natural order of names, in hexadecimal digits,
-- which both databases sort alike. Ids sort by time, so that "newest first" is an index scan.
-- `trashed` is when an entry was put into the trash. Only what was put there itself is marked: what lies below a trashed
-- folder keeps NULL, so that trashing and restoring a folder of any size change one row. `parent` is still where it was.
-- What is deleted for ever leaves the tree at once, however much is in it: it is marked `trashed` and loses its parent.
-- From then on nothing below it can be reached, since a row is in an account's tree only if the rows above it lead to the
-- root. Such detached rows are deleted in small transactions; a folder in a detached folder becomes one itself, and what
-- was put into the trash out of it before is given the root as its parent, and stays in the trash.
-- `indexed` is the number under which the name stands in the search index (`src/server/db/search.rs`), which each database
-- has in a form of its own; NULL until it does.
-- A copy of a file has the same blob, so that no byte is copied. A blob is deleted with the last row that has it.
CREATE TABLE entries (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    parent  TEXT REFERENCES entries (id),
    kind    TEXT NOT NULL CHECK (kind IN ('folder', 'file')),
    name    TEXT NOT NULL,
    folded  TEXT NOT NULL,
    sort    TEXT NOT NULL,
    blob    TEXT REFERENCES blobs (id),
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    trashed BIGINT,
    indexed BIGINT,
    CHECK ((kind = 'file') = (blob IS NOT NULL))
);
CREATE UNIQUE INDEX entries_by_name ON entries (parent, folded) WHERE trashed IS NULL;
CREATE UNIQUE INDEX entries_roots ON entries (account) WHERE parent IS NULL AND trashed IS NULL;
CREATE INDEX entries_detached ON entries (account, id) WHERE parent IS NULL AND trashed IS NOT NULL;
CREATE INDEX entries_trash ON entries (account, trashed, id) WHERE parent IS NOT NULL AND trashed IS NOT NULL;
CREATE INDEX entries_expiring ON entries (trashed) WHERE parent IS NOT NULL AND trashed IS NOT NULL;
CREATE INDEX entries_by_account ON entries (account);
CREATE INDEX entries_by_time ON entries (parent, id);
CREATE UNIQUE INDEX entries_by_number ON entries (indexed) WHERE indexed IS NOT NULL;
CREATE INDEX entries_unindexed ON entries (account, id) WHERE indexed IS NULL AND parent IS NOT NULL;
CREATE INDEX entries_by_blob ON entries (blob);
-- A folder's list shows its folders by name and then its files, by time or by name. Each kind has an index, so that a page
-- of 50 rows is read in order however many entries of the other kind there are.
CREATE INDEX entries_folders ON entries (parent, sort, id) WHERE kind = 'folder' AND trashed IS NULL;
CREATE INDEX entries_files_by_name ON entries (parent, sort, id) WHERE kind = 'file' AND trashed IS NULL;
CREATE INDEX entries_files ON entries (parent, id) WHERE kind = 'file' AND trashed IS NULL;
