-- Why: people stay signed in across restarts and processes, and can be signed out on the server.
--
-- `hash` is SHA-256 of the session's id, so that reading this table gives nobody a session. `data` is what the session
-- layer keeps: the account's id and the `session_key` it signed in under, never anything of the password. The account is
-- null until somebody has signed in.
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
