-- Whoever keeps files here. The email is folded to lower case before it comes here, so that the index alone decides
-- whether it is taken. `used` changes in the same transaction as the blob it counts. Times are milliseconds, sizes bytes.
CREATE TABLE accounts (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    email    TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    role     TEXT NOT NULL CHECK (role IN ('administrator', 'member')),
    quota    BIGINT CHECK (quota >= 0),
    used     BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),
    created  BIGINT NOT NULL,
    disabled BIGINT
);

-- Who came first, and so became an administrator: at most one row, so that of several who come at once only one is.
CREATE TABLE founder (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    account TEXT NOT NULL REFERENCES accounts (id)
);
