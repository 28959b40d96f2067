-- Plans of erasure that left something of the person, kept beside the keys: an older copy of the data is erased again by them. A
-- plan holds ids, counts and grounds.
CREATE TABLE IF NOT EXISTS executed_plans (
    plan_id     BLOB NOT NULL PRIMARY KEY,
    contact_id  BLOB NOT NULL,
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    executed_at INTEGER NOT NULL
) STRICT;
