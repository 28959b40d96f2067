-- What is to be sent by mail and what became of it: ids alone. Address and text are put together when a message leaves.
-- A message that was asked for by address alone, known or not, bears the address's mark.
CREATE TABLE messages (
    id              UUID NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL,
    contact_id      UUID REFERENCES contacts (id),
    subject_id      UUID,
    mark            BYTEA,
    status          TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'dropped', 'dead')),
    reason          TEXT,
    attempts        INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    settled_at      TIMESTAMPTZ,
    version         INTEGER NOT NULL,
    CHECK ((status = 'queued') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'queued') = (settled_at IS NULL))
);
CREATE INDEX messages_due ON messages (next_attempt_at) WHERE status = 'queued';
CREATE INDEX messages_settled ON messages (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_contact ON messages (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX messages_by_mark ON messages (mark, kind, created_at) WHERE mark IS NOT NULL;

-- The links by which a mailbox sees and changes its own preferences.
CREATE TABLE preference_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    contact_id UUID NOT NULL REFERENCES contacts (id),
    mark       BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX preference_links_expiring ON preference_links (expires_at);

-- When the mail server refused the contact's present address for good.
ALTER TABLE contacts ADD COLUMN email_bounced_at TIMESTAMPTZ;
