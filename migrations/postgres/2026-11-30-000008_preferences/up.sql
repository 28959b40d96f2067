-- The links, as hashes, by which a mailbox sees and changes its own preferences.
CREATE TABLE preference_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    contact_id UUID NOT NULL REFERENCES contacts (id),
    mark       BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX preference_links_expiring ON preference_links (expires_at);
CREATE INDEX preference_links_of ON preference_links (contact_id);
CREATE INDEX preference_links_by_contact ON preference_links (contact_id);
