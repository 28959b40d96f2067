-- Whose keys were destroyed, kept beside the keys: an older copy of the data is erased again before it is used.
CREATE TABLE IF NOT EXISTS destroyed_keys (
    owner_id     BLOB NOT NULL PRIMARY KEY,
    destroyed_at INTEGER NOT NULL
) STRICT;
