-- Why: an interrupted download of several files resumes with exactly the same bytes, whatever has happened to names
-- and folders since. So its members and their positions are fixed here when it is requested.
--
-- `tag` is a digest over all of that. `directory` is the offset of the archive's central directory and `records` its
-- length, both in bytes. `root` is the entry at the root of the scope that requested it; null is the whole account. A
-- version of Holdall that lays archives out differently empties both tables.
CREATE TABLE downloads (
    id        TEXT PRIMARY KEY,
    account   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    root      TEXT,
    name      TEXT NOT NULL,
    tag       TEXT NOT NULL,
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
-- these, any range is produced without reading what precedes it. `blob` is null for folders. It is no foreign key, so
-- that a download prevents no deletion.
CREATE TABLE download_entries (
    download TEXT NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
    header   BIGINT NOT NULL,
    record   BIGINT NOT NULL,
    path     TEXT NOT NULL,
    blob     TEXT,
    size     BIGINT NOT NULL,
    crc32    TEXT NOT NULL,
    modified BIGINT NOT NULL,
    PRIMARY KEY (download, header)
);
CREATE UNIQUE INDEX download_entries_by_record ON download_entries (download, record);
