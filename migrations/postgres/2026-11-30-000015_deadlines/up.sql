-- The working days on which the service sent the data-protection team the digest of deadlines.
CREATE TABLE deadline_digests (
    day       DATE NOT NULL PRIMARY KEY,
    queued_at TIMESTAMPTZ NOT NULL
);
