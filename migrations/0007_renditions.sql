-- Why: pictures that Holdall makes are objects too, and have a row before their first byte and until after their last.
--
-- A rendition is of an account (its avatar, in the media location) or of a blob (in the private location; none are made yet). `size` is the
-- pixels of a side. `state`: pending (being written), stored (in use), deleting (to be taken out of the store). One on
-- its way out may outlive what it was made of, and names nothing then.
CREATE TABLE renditions (
    key        TEXT PRIMARY KEY,
    location   TEXT NOT NULL CHECK (location IN ('media', 'private')),
    account    TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    blob       TEXT REFERENCES blobs (id) ON DELETE SET NULL,
    size       BIGINT NOT NULL,
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
