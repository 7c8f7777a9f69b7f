-- Why: two sites in one bucket would sweep each other's files. The same word lies here and in the bucket.
CREATE TABLE site (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    instance TEXT NOT NULL
);

-- Why: an object that no row knows is taken away by a later sweep than the one that first saw it, at the earliest.
CREATE TABLE orphans (
    location   TEXT NOT NULL CHECK (location IN ('media', 'private')),
    key        TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (location, key)
);
CREATE INDEX orphans_by_key ON orphans (location, key COLLATE "binary");
