-- Whose destroyed key the pages of PostgreSQL may still hold. Here it stays empty: SQLite overwrites what is deleted. The
-- table may be there already when a restored copy of the data stands beside the present vault.
CREATE TABLE IF NOT EXISTS vault.key_remnants (
    owner_id     BLOB NOT NULL PRIMARY KEY,
    destroyed_at INTEGER NOT NULL
) STRICT;
