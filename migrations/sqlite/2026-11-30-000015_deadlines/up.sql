-- The working days on which the service sent the data-protection team the digest of deadlines.
CREATE TABLE deadline_digests (
    day       TEXT NOT NULL PRIMARY KEY,
    queued_at INTEGER NOT NULL
) STRICT;
