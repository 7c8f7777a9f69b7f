-- Why: every private object is known before its first byte is written and until it is deleted; an object without a row
-- cannot be repaired.
--
-- A blob is the content of a file with its state: pending → uploading → completing → stored → deleting, changed by
-- compare-and-set. What an unfinished upload needs is in `uploads`, and background work is in `jobs`. Checksums are
-- hexadecimal digits, and NULL until they are known; those of a file that came in several parts are known once it is
-- `verified`. `damage` says how the stored bytes differ from those that were sent; such a file is kept and not
-- delivered. `mismatched` is when that was found of bytes that had come past Holdall and were never verified: whether they
-- were sent otherwise than announced or changed on the way cannot be known, and they do not count as damaged in the
-- store. `checked` is when it was last found to be verified, damaged or mismatched; a file is read again some time after
-- that. `writable_until` is the time until which a presigned address may still bring bytes: the row of a deleted blob
-- stays until then. `account` is the account whose used bytes count this blob, and NULL once they no longer do.
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
    mismatched     BIGINT,
    checked        BIGINT,
    writable_until BIGINT,
    created        BIGINT NOT NULL,
    CHECK (mismatched IS NULL OR (damage IS NOT NULL AND verified IS NULL)),
    CHECK (state <> 'stored' OR media_type IS NOT NULL),
    CHECK (verified IS NULL OR (sha256 IS NOT NULL AND crc32 IS NOT NULL)),
    CHECK (state = 'deleting' OR account IS NOT NULL)
);
CREATE INDEX blobs_by_account ON blobs (account);
-- The files that were not read for longest are read again first, and administrators see how many are damaged.
CREATE INDEX blobs_by_check ON blobs (checked) WHERE state = 'stored';
CREATE INDEX blobs_damaged ON blobs (id) WHERE damage IS NOT NULL AND mismatched IS NULL;
CREATE INDEX blobs_mismatched ON blobs (id) WHERE mismatched IS NOT NULL;
-- The audit walks rows and the store's listing side by side in the order of bytes, but the columns' own indexes use
-- the database's default collation. "binary" is SQLite's name for the order of bytes; PostgreSQL gets a collation of
-- that name before the migrations run.
CREATE INDEX blobs_by_key ON blobs (key COLLATE "binary");
