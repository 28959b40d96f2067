-- One tree for the keys instead of two: each newcomer's key is a page less to write, in a commit of its own.
CREATE TABLE keys_by_owner (
    owner_id   BLOB NOT NULL PRIMARY KEY,
    master_key BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    made_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO keys_by_owner SELECT owner_id, master_key, wrapped, made_at FROM data_keys ORDER BY owner_id;
DROP TABLE data_keys;
ALTER TABLE keys_by_owner RENAME TO data_keys;
