-- Every avatar object in the media location has its row here before its first byte, and loses it last.
-- The account is null once it is gone and its objects are still to go. `state`: pending (being written),
-- stored (in use), deleting (to be taken out of the store).
CREATE TABLE pictures (
    key        TEXT PRIMARY KEY,
    account    TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    size       BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'deleting')),
    created    BIGINT NOT NULL,
    expires    BIGINT
);
CREATE INDEX pictures_by_account ON pictures (account);
CREATE INDEX pictures_by_expiry ON pictures (expires) WHERE expires IS NOT NULL;
