-- Why: an upload in parts that breaks off goes on from what has arrived, in any browser of the account.
--
-- An upload has its blob's id, and its size is counted as used from the first moment. It goes in the transaction that
-- makes an entry of it or gives it up. `path` is a JSON list of folders' names; `folder` may be gone by the time the file
-- is complete, so it is no foreign key. `store_upload` is the bucket's name for it. When it may be given up is the due
-- time of its job `expire_upload`. A form that sends a file in one request needs none of this, and has that job alone.
CREATE TABLE uploads (
    id           TEXT PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
    account      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    folder       TEXT,
    path         TEXT NOT NULL,
    name         TEXT NOT NULL,
    size         BIGINT NOT NULL,
    modified     BIGINT NOT NULL,
    part_size    BIGINT NOT NULL,
    store_upload TEXT,
    created      BIGINT NOT NULL
);
CREATE INDEX uploads_by_account ON uploads (account, id);

-- Why: what was named when a part was signed is what the store's bytes are compared with later; and an upload goes on
-- from the parts that are known to have arrived. They stay until the whole is checked.
CREATE TABLE parts (
    blob    TEXT NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    sha256  TEXT NOT NULL,
    arrived BIGINT,
    PRIMARY KEY (blob, number)
);
