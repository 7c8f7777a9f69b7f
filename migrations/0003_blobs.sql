-- Why: every private object must be known before its first byte and until after its last; what no row names, nobody can
-- repair.
--
-- A blob is content and its state: pending → uploading → completing → stored → deleting, by compare-and-set. What an
-- upload under way needs stands in `uploads`, what is still to be done in `jobs`. Sums are hexadecimal digits and NULL
-- until known; those of a file that came in several parts are known once it is `verified`. `damage` says what was found
-- where the store's bytes are not those that were sent: such a file is kept and not given out. `writable_until` is until
-- when a signed address may still bring bytes of it, though nobody waits for them: a row that is deleted stays as long.
CREATE TABLE blobs (
    id             TEXT PRIMARY KEY,
    account        TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    key            TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL CHECK (state IN ('pending', 'uploading', 'completing', 'stored', 'deleting')),
    size           BIGINT NOT NULL CHECK (size >= 0),
    media_type     TEXT,
    sha256         TEXT CHECK (LENGTH(sha256) = 64),
    crc32          TEXT CHECK (LENGTH(crc32) = 8),
    verified       BIGINT,
    damage         TEXT,
    writable_until BIGINT,
    created        BIGINT NOT NULL,
    CHECK (state <> 'stored' OR media_type IS NOT NULL),
    CHECK (verified IS NULL OR (sha256 IS NOT NULL AND crc32 IS NOT NULL)),
    CHECK (state = 'deleting' OR account IS NOT NULL)
);
CREATE INDEX blobs_by_account ON blobs (account);
-- The sweep walks rows and the store's listing side by side, in the order of bytes. The columns' own indexes are in
-- whatever order the database was made with. "binary" is SQLite's own name; PostgreSQL is taught it before.
CREATE INDEX blobs_by_key ON blobs (key COLLATE "binary");
