-- The keys: a file of their own, so that they can be backed up apart from the data. Builds before 30 November 2026 made these
-- tables in one transaction with the data, and recorded nothing in the vault.

-- The data keys of people and records, wrapped by a master key.
CREATE TABLE data_keys (
    owner_id   BLOB NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The service's own keys, wrapped by a master key.
CREATE TABLE service_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT;

-- The owners of destroyed keys. After a restore of older data the service erases them again.
CREATE TABLE destroyed_keys (
    owner_id     BLOB NOT NULL PRIMARY KEY,
    destroyed_at INTEGER NOT NULL
) STRICT;

-- Used on PostgreSQL alone, whose pages keep deleted rows for a while. Here it stays empty: SQLite overwrites deleted rows.
CREATE TABLE key_remnants (
    owner_id     BLOB NOT NULL PRIMARY KEY,
    destroyed_at INTEGER NOT NULL
) STRICT;
