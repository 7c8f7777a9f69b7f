-- Who is signed in where. `hash` is SHA-256 of the session's id: reading this table gives nobody a session.
-- The account is null until somebody has signed in.
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
