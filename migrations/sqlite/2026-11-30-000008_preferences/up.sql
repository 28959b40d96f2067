-- The links, as hashes, by which a mailbox sees and changes its own preferences.
CREATE TABLE preference_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    mark       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX preference_links_expiring ON preference_links (expires_at);
CREATE INDEX preference_links_of ON preference_links (contact_id);
CREATE INDEX preference_links_by_contact ON preference_links (contact_id);
