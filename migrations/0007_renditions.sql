-- Why: pictures made by Holdall are objects too, and have a row before their first byte and until they are deleted.
--
-- A rendition belongs to an account (its avatar, in the media location) or to a blob (in the private location; none are
-- made yet). `edge` is how wide and high it is, in pixels. `state` is pending (being written), stored (in use) or
-- deleting (to be deleted from the store). A row in state deleting may outlive its account or blob, and refers to nothing
-- then.
CREATE TABLE renditions (
    key        TEXT PRIMARY KEY,
    location   TEXT NOT NULL CHECK (location IN ('media', 'private')),
    account    TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    blob       TEXT REFERENCES blobs (id) ON DELETE SET NULL,
    edge       BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'deleting')),
    created    BIGINT NOT NULL,
    CHECK (location = 'media' OR account IS NULL),
    CHECK (location = 'private' OR blob IS NULL),
    CHECK (state = 'deleting' OR account IS NOT NULL OR blob IS NOT NULL)
);
CREATE INDEX renditions_by_location ON renditions (location, key COLLATE "binary");
CREATE INDEX renditions_by_account ON renditions (account);
CREATE INDEX renditions_by_blob ON renditions (blob);
