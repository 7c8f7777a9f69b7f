-- Why: a database that answers may still be on a disk that is full or can no longer be written. So `/health/ready` and
-- each start write this row. The table has at most one row.
CREATE TABLE readiness (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    written BIGINT NOT NULL
);
