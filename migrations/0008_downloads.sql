-- Why: an interrupted download of several files resumes with exactly the same bytes, whatever has happened to names
-- and folders since. So its members and their positions are fixed here when it is requested.
--
-- `tag` is a digest over all of that, and empty until every member has its row. `bytes` is about what the rows take, since
-- an account may have only so much of that. `gone` is when the first of the files in it was deleted or found damaged: from
-- then on the archive cannot be sent. It is written when that happens, so that a request for a range need not look at
-- every member. `directory` is the offset of the archive's central directory and `records` its
-- length, both in bytes. `root` is the entry at the root of the scope that requested it; null is the whole account. A
-- version of Holdall that lays archives out differently empties both tables.
CREATE TABLE downloads (
    id        TEXT PRIMARY KEY,
    account   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    root      TEXT,
    name      TEXT NOT NULL,
    tag       TEXT NOT NULL,
    bytes     BIGINT NOT NULL,
    gone      BIGINT,
    members   BIGINT NOT NULL,
    directory BIGINT NOT NULL,
    records   BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE INDEX downloads_by_account ON downloads (account, tag);
CREATE INDEX downloads_by_expiry ON downloads (expires);

-- Why: the members of an archive are read a page at a time, in the order of its bytes, while it is sent.
--
-- `header` is the offset of the member in the archive, `record` that of its record in the central directory: with
-- these, any range is produced without reading what precedes it. `name` is the last piece of its path and ends in `/` if it is
-- a folder; `parent` is the `header` of the folder that it is in, or null: so that a folder's path is not written again for
-- everything in it. A folder comes before what is in it. `entry` is the file in the tree and `blob` its content; both are null
-- for folders. They are no foreign keys, so that a download prevents no deletion. An archive goes with its files, also where
-- copies of them still have the same content: whoever may download a folder may not have those.
CREATE TABLE download_entries (
    download TEXT NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
    header   BIGINT NOT NULL,
    record   BIGINT NOT NULL,
    parent   BIGINT,
    name     TEXT NOT NULL,
    entry    TEXT,
    blob     TEXT,
    size     BIGINT NOT NULL,
    crc32    TEXT NOT NULL,
    modified BIGINT NOT NULL,
    PRIMARY KEY (download, header)
);
CREATE UNIQUE INDEX download_entries_by_record ON download_entries (download, record);
-- Whoever deletes a file finds the archives that it is in.
CREATE INDEX download_entries_by_entry ON download_entries (entry) WHERE entry IS NOT NULL;
