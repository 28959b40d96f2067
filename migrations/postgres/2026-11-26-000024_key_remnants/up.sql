-- Whose destroyed key the pages of vault.data_keys may still hold: until that table is rewritten. The table may be there
-- already when a restored copy of the data stands beside the present vault.
CREATE TABLE IF NOT EXISTS vault.key_remnants (
    owner_id     UUID NOT NULL PRIMARY KEY,
    destroyed_at TIMESTAMPTZ NOT NULL
);
INSERT INTO vault.key_remnants (owner_id, destroyed_at)
    SELECT owner_id, destroyed_at FROM vault.destroyed_keys
    ON CONFLICT DO NOTHING;
