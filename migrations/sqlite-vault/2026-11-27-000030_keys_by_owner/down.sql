-- Back to a tree of rows and another of owners.
CREATE TABLE keys_by_row (
    owner_id   BLOB NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT;
INSERT INTO keys_by_row SELECT owner_id, master_key, wrapped, made_at FROM data_keys ORDER BY owner_id;
DROP TABLE data_keys;
ALTER TABLE keys_by_row RENAME TO data_keys;
