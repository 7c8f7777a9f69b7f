-- Why: what is to be done by itself must be done even if the process that began it has died, and by one process at a time.
--
-- A job is written in the transaction that makes it necessary and goes with the one that makes it done. Whoever takes it
-- up holds it until `lease_until`, under a token that is used once; who was overtaken finds another token and changes
-- nothing. A job that failed is due again later each time, and says why in `last_error`.
--
--   complete_upload   put an upload's parts together; `subject` is the blob. Its lease is that of whoever completes it,
--                     so that a completion whose process has died is taken up by another
--   expire_upload     give an upload up that nobody goes on with; due is put off while it lives. The blob
--   delete_blob       take an object out of the store, and then its row. The blob
--   verify_blob       read an object and compare it with what was sent. The blob
--   delete_rendition  take a rendition out of the store, and then its row; due later while it is being made. Its key
--
-- Kinds are checked where they are read and not by the table, so that a new one needs no new table.
CREATE TABLE jobs (
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    due         BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    lease_token TEXT,
    last_error  TEXT,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_by_due ON jobs (kind, due, subject);
