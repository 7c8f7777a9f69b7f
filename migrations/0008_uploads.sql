-- Uploads in parts, so that one that breaks off goes on from what has arrived, in any browser of the account. An upload
-- has its blob's id. Its size is counted as used from the first moment, and given back when it is given up.
-- `path` is a JSON list of folders' names; `folder` may be gone by the time the file is complete.
CREATE TABLE uploads (
    id       TEXT PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
    account  TEXT NOT NULL REFERENCES accounts (id),
    folder   TEXT,
    path     TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    created  BIGINT NOT NULL
);
CREATE INDEX uploads_by_account ON uploads (account, id);

-- What was named when a part was signed, and when it was known to be in the store. They stay until the whole is checked.
CREATE TABLE parts (
    blob    TEXT NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    sha256  TEXT NOT NULL,
    arrived BIGINT,
    PRIMARY KEY (blob, number)
);

-- `claimed`: until when a process has taken up what is to be done with a blob: putting its parts together, or reading it.
-- `claimant`: who has taken up putting its parts together, by a name that is used once: whoever was overtaken changes nothing.
-- `late`: until when bytes may still reach the store though nobody waits for them; a row that is deleted stays as long.
-- `damage`: what was found where the store's bytes are not those that were sent. Such a file is kept and not given out.
-- Sums of a file that came in several parts are empty until `verified`.
ALTER TABLE blobs ADD COLUMN claimed BIGINT;
ALTER TABLE blobs ADD COLUMN claimant TEXT;
ALTER TABLE blobs ADD COLUMN late BIGINT;
ALTER TABLE blobs ADD COLUMN damage TEXT;
-- Until now every file was hashed on its way in.
UPDATE blobs SET verified = created WHERE state = 'stored';
CREATE INDEX blobs_unverified ON blobs (id) WHERE state = 'stored' AND verified IS NULL AND damage IS NULL;

-- Whose bucket it is: the same word lies in the bucket, so that two sites never sweep each other.
CREATE TABLE site (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    instance TEXT NOT NULL
);

-- Objects that no row knows, and when a sweep first saw them: they are taken away by a later one at the earliest.
CREATE TABLE strays (
    place TEXT NOT NULL,
    key   TEXT NOT NULL,
    seen  BIGINT NOT NULL,
    PRIMARY KEY (place, key)
);
