-- The requests of people about their rights, what was done about each, and the links by which they see where it stands.
-- Who asked and what was written down is sealed under a key of the request's own. The facts of a clock are kept, and its
-- dates are worked out: `due_on` serves to look for them alone, and says by which table of bank holidays it was made.
CREATE TABLE subject_requests (
    id                  UUID NOT NULL PRIMARY KEY,
    reference           TEXT NOT NULL CONSTRAINT subject_requests_reference UNIQUE,
    kind                TEXT NOT NULL CHECK (kind IN (
        'access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')),
    status              TEXT NOT NULL CHECK (status IN (
        'received', 'identity_pending', 'in_progress', 'clarification_pending', 'awaiting_recipients', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    contact_id          UUID REFERENCES contacts (id),
    channel             TEXT NOT NULL CHECK (channel IN ('email', 'web_form', 'telephone', 'post', 'in_person')),
    received_on         DATE NOT NULL,
    identity_known      BOOLEAN NOT NULL,
    particulars         BYTEA NOT NULL,
    due_on              DATE,
    dated_by            TEXT NOT NULL,
    final_clock         TEXT,
    outcome             TEXT CHECK (outcome IN (
        'fulfilled', 'partly_fulfilled', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    outcome_ground      TEXT,
    outcome_explanation BYTEA,
    decided_on          DATE,
    duplicate_of        UUID REFERENCES subject_requests (id),
    created_at          TIMESTAMPTZ NOT NULL,
    updated_at          TIMESTAMPTZ NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status IN ('completed', 'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate'))
        = (final_clock IS NOT NULL)),
    CHECK ((final_clock IS NOT NULL OR status = 'awaiting_recipients') = (outcome IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (outcome_explanation IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (decided_on IS NOT NULL)),
    CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL)),
    CHECK (duplicate_of <> id)
);
CREATE INDEX subject_requests_by_contact ON subject_requests (contact_id, id);
CREATE INDEX subject_requests_by_due ON subject_requests (due_on);
CREATE INDEX subject_requests_open ON subject_requests (dated_by) WHERE final_clock IS NULL;

CREATE TABLE subject_request_steps (
    id          UUID NOT NULL PRIMARY KEY,
    request_id  UUID NOT NULL REFERENCES subject_requests (id),
    kind        TEXT NOT NULL CHECK (kind IN (
        'received', 'identity_requested', 'identity_received', 'authority_requested', 'authority_received',
        'clarification_requested', 'clarification_received', 'extension_notified', 'carried_out', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    happened_on DATE NOT NULL,
    sufficient  BOOLEAN NOT NULL,
    answers     UUID REFERENCES subject_request_steps (id),
    told        BYTEA,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((kind = 'clarification_received') = (answers IS NOT NULL))
);
CREATE INDEX subject_request_steps_of ON subject_request_steps (request_id, id);
-- A question is answered once.
CREATE UNIQUE INDEX subject_request_steps_answered ON subject_request_steps (answers) WHERE answers IS NOT NULL;

CREATE TABLE subject_request_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES subject_requests (id),
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX subject_request_links_of ON subject_request_links (request_id);
CREATE INDEX subject_request_links_by_expiry ON subject_request_links (expires_at);

-- The working days on which the data-protection team was sent the digest of deadlines.
CREATE TABLE deadline_digests (
    day       DATE NOT NULL PRIMARY KEY,
    queued_at TIMESTAMPTZ NOT NULL
);

-- The table of bank holidays that dates were last worked out by.
CREATE TABLE working_days (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    version      TEXT NOT NULL,
    adopted_at   TIMESTAMPTZ NOT NULL
);
