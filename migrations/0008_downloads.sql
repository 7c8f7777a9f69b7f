-- Why: a download of several files that broke off goes on in the very same bytes, whatever has happened to names and
-- folders since. So what is in one, and where each thing stands in it, is fixed here when it is asked for.
--
-- `tag` is a sum over all of it. `directory` is where the archive's directory begins, `records` the directory's length,
-- both in bytes. `root` is the entry below which whoever asked may look; null is the whole account. A version of Holdall
-- that lays archives out in another way empties both tables.
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

-- Why: the members of those archives, in the order of their bytes, are read a page at a time while they are sent.
--
-- `header` is where the member begins in the archive, `record` where its record begins in the archive's directory: with
-- these any range is answered without looking at what is before it. The blob is null for folders. It is no foreign key:
-- a download keeps nobody from deleting a file.
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
