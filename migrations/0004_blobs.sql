-- Bytes with a row: every private object is named here before its first byte, and forgotten after its last.
-- `state`: pending → uploading → completing → stored → deleting, by compare-and-set. `expires` is when the sweep may
-- take up a row that is not stored: an upload that broke off, or a deletion that the store did not take yet.
-- SHA-256 and CRC-32 are in hexadecimal digits, computed as the bytes passed by.
CREATE TABLE blobs (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (id),
    key        TEXT NOT NULL UNIQUE,
    size       BIGINT,
    media_type TEXT,
    sha256     TEXT,
    crc32      TEXT,
    verified   BIGINT,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'uploading', 'completing', 'stored', 'deleting')),
    upload     TEXT,
    part_size  BIGINT,
    created    BIGINT NOT NULL,
    expires    BIGINT,
    attempts   BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    CHECK (state <> 'stored' OR (size IS NOT NULL AND media_type IS NOT NULL AND sha256 IS NOT NULL AND crc32 IS NOT NULL))
);
CREATE INDEX blobs_by_account ON blobs (account);
CREATE INDEX blobs_by_expiry ON blobs (expires) WHERE expires IS NOT NULL;
