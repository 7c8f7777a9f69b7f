-- Why: background work must be done even if the process that started it has died, and by one process at a time.
--
-- A job is inserted in the transaction that makes it necessary, and deleted in the one that completes it. A process
-- leases it until `lease_until`, under a token that is used once; a process whose lease was taken over no longer
-- matches the token and changes nothing. A job that failed is due again after a back-off that grows each time, and
-- says why in `last_error`.
--
--   complete_upload   complete an upload; the subject is its blob. Its lease is held by whichever request or job is
--                     completing it, so that another one takes over if that process dies
--   expire_upload     give up an upload without activity; due moves ahead with each activity. The subject is its blob
--   delete_blob       delete an object, and then its row. The subject is the blob
--   verify_blob       read an object back and compare it with what was sent. The subject is the blob
--   scrub_blob        read an object again that was compared before, some time ago. The subject is the blob
--   delete_avatar     delete an avatar's object, and then its row; due later while it is being made. The subject is
--                     its key
--
-- Kinds are checked where they are read and not by the table, so that a new one needs no new table. `owner` is the
-- account on whose behalf the job runs, so that accounts with many jobs take turns with others; NULL where there is no
-- such account.
CREATE TABLE jobs (
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    owner       TEXT,
    due         BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    lease_token TEXT,
    last_error  TEXT,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_by_due ON jobs (kind, due, subject);
CREATE INDEX jobs_by_owner ON jobs (kind, owner, due, subject) WHERE owner IS NOT NULL;
