-- The persons' data keys and the service's own keys, wrapped. Vaults that are older than their own history have the tables.
CREATE TABLE IF NOT EXISTS data_keys (
    owner_id   BLOB NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS service_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT;
