-- What is to be sent by mail and what became of it: ids alone. Address and text are put together when a message leaves.
-- A message that was asked for by address alone, known or not, bears the address's mark.
CREATE TABLE messages (
    id              BLOB NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL,
    contact_id      BLOB REFERENCES contacts (id),
    subject_id      BLOB,
    mark            BLOB,
    status          TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'dropped', 'dead')),
    reason          TEXT,
    attempts        INTEGER NOT NULL,
    next_attempt_at INTEGER,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    version         INTEGER NOT NULL,
    CHECK ((status = 'queued') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'queued') = (settled_at IS NULL))
) STRICT;
CREATE INDEX messages_due ON messages (next_attempt_at) WHERE status = 'queued';
CREATE INDEX messages_settled ON messages (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_contact ON messages (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX messages_by_mark ON messages (mark, kind, created_at) WHERE mark IS NOT NULL;

-- The links by which a mailbox sees and changes its own preferences.
CREATE TABLE preference_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    mark       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX preference_links_expiring ON preference_links (expires_at);

-- When the mail server refused the contact's present address for good.
ALTER TABLE contacts ADD COLUMN email_bounced_at INTEGER;
