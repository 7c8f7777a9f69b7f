-- Why: two sites in one bucket would delete each other's files as orphans. The same instance id is stored here and in
-- the bucket.
CREATE TABLE instance (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id  TEXT NOT NULL
);

-- Why: an orphan is deleted at the earliest by a later sweep than the one that first saw it.
CREATE TABLE orphans (
    location   TEXT NOT NULL CHECK (location IN ('media', 'private')),
    key        TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (location, key)
);
CREATE INDEX orphans_by_key ON orphans (location, key COLLATE "binary");
