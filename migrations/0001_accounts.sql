-- Why: every file has an owner, whose limits must hold whichever process handles a request.
--
-- In every table, times are milliseconds since 1970 and sizes are bytes. `email` is folded to lower case before it is
-- stored, so that the index alone decides whether an address is taken. `session_key` is random and changes with the
-- password: a session holds the one it was created with and ends when it changes, so that no session needs to know
-- anything about the password. `used` and `entries` count the bytes, and the files and folders without the root
-- folder, of an account. They change in the transaction that changes what they count.
--
-- When an account is deleted, its other rows are deleted with it. Its objects in the store outlive it, in rows that
-- are marked for deletion and refer to no account.
CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL UNIQUE,
    password    TEXT NOT NULL,
    session_key TEXT NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('administrator', 'member')),
    quota       BIGINT CHECK (quota >= 0),
    used        BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),
    entries     BIGINT NOT NULL DEFAULT 0 CHECK (entries >= 0),
    created     BIGINT NOT NULL,
    disabled    BIGINT
);

-- Why: the first account of a site is its administrator, and if several are created at once, only one may be the
-- first. The table has at most one row, which stays when its account is deleted, so that no later account becomes the
-- first.
CREATE TABLE first_administrator (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    account TEXT REFERENCES accounts (id) ON DELETE SET NULL
);
