-- Why: somebody must own what is kept here, and their limits must hold whichever process they talk to.
--
-- Times are milliseconds since 1970, sizes bytes; so in every table. `email` is folded to lower case before it comes
-- here, so that the index alone decides whether it is taken. `session_key` is random and new with each password: a
-- session notes the one it began with and ends with it, so that no session needs to know anything of the password.
-- `used` and `entries` count the bytes and the files and folders of an account (its root folder aside) and change in the
-- transaction that changes what they count.
--
-- An account can be removed. What is only the account's goes with it; objects in the store outlive it in rows that are
-- on their way out and name nobody.
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

-- Why: the first account of a site is its administrator, and of several that come at once only one is the first. There is
-- at most one row, and it stays when its account goes: nobody becomes the first a second time.
CREATE TABLE first_administrator (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    account TEXT REFERENCES accounts (id) ON DELETE SET NULL
);
