-- Why: guessing is bounded for all processes of a site together, and across restarts.
--
-- A row is a token bucket that is not full: `until` is the time at which it will be, in milliseconds since 1970. Each
-- token that is taken moves it ahead by the time in which one comes back; a bucket is empty when `until` lies too far
-- ahead. Rows that only remember something (`known`) use `until` as the time at which it is forgotten. A row in the past
-- means nothing and is deleted.
--
-- `bucket` is the name of the limit and the number of its bucket. `subject` is whoever is limited: an address; the id of
-- an account, where a password is changed; or, where somebody signs in, a hash of the folded email address, alone or with
-- an address. It is a hash so that addresses without an account have the same rows, and the table tells nothing about
-- them.
CREATE TABLE limits (
    bucket  TEXT NOT NULL,
    subject TEXT NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (bucket, subject)
);
CREATE INDEX limits_by_until ON limits (until);
