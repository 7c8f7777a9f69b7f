-- The sweep walks rows and the store's listing side by side, so both must be in one order: that of bytes. The columns' own
-- indexes are in whatever order the database was made with. "binary" is SQLite's own name; PostgreSQL is taught it before.
CREATE INDEX blobs_by_key ON blobs (key COLLATE "binary");
CREATE INDEX pictures_by_key ON pictures (key COLLATE "binary");
CREATE INDEX strays_by_key ON strays (place, key COLLATE "binary");
