-- Why: people stay signed in across restarts and processes, and can be signed out by the server.
--
-- `hash` is the SHA-256 of the session's id, so that a copy of this table contains no usable session. `data` is what
-- the session layer stores: the account's id and its `session_key` at sign-in, and nothing about the password.
-- `account` is null until an account has signed in.
CREATE TABLE sessions (
    hash    TEXT PRIMARY KEY,
    account TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    data    TEXT NOT NULL,
    device  TEXT NOT NULL,
    address TEXT NOT NULL,
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_expiry ON sessions (expires);
