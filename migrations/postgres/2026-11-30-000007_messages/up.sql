-- The queue of mail. A row holds ids alone: the sender composes address and text when the message leaves. A message that was
-- requested by address alone holds the address's keyed index in mark.
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
