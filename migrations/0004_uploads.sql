-- Why: an interrupted multipart upload resumes from the parts that have arrived, in any browser of the account.
--
-- An upload has the id of its blob, and its size counts as used from the start. Its row is deleted in the transaction
-- that makes it an entry or gives it up. `path` is a JSON list of folder names. `folder` may be deleted before the
-- file is complete, so it is no foreign key. `store_upload` is the id of the bucket's multipart upload. The upload
-- expires when its job `expire_upload` is due. A file that comes in one request needs only that job and no row here.
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

-- Why: the stored bytes are later compared with the SHA-256 that was announced when a part was signed, and an upload
-- resumes from the parts that are known to have arrived. Rows stay until the whole file was verified. `direct` is 1 if an
-- address of the store was ever handed out for the part, so that bytes that Holdall did not see may be in it.
CREATE TABLE parts (
    blob    TEXT NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    sha256  TEXT NOT NULL,
    direct  BIGINT NOT NULL,
    arrived BIGINT,
    PRIMARY KEY (blob, number)
);
