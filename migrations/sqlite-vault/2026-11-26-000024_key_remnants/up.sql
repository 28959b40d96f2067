-- Whose destroyed key the pages of PostgreSQL may still hold. Here it stays empty: SQLite overwrites what is deleted.
CREATE TABLE IF NOT EXISTS key_remnants (
    owner_id     BLOB NOT NULL PRIMARY KEY,
    destroyed_at INTEGER NOT NULL
) STRICT;
