-- Requests of people about their rights. The particulars are sealed under a key of the request's own. The service computes the
-- dates from stored facts: due_on serves searches alone, and dated_by names the table of bank holidays that it was computed by.
CREATE TABLE subject_requests (
    id                  BLOB NOT NULL PRIMARY KEY,
    reference           TEXT NOT NULL CONSTRAINT subject_requests_reference UNIQUE,
    kind                TEXT NOT NULL CHECK (kind IN (
        'access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')),
    status              TEXT NOT NULL CHECK (status IN (
        'received', 'identity_pending', 'in_progress', 'clarification_pending', 'awaiting_recipients', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    contact_id          BLOB REFERENCES contacts (id),
    channel             TEXT NOT NULL CHECK (channel IN ('email', 'web_form', 'telephone', 'post', 'in_person')),
    received_on         TEXT NOT NULL,
    identity_known      INTEGER NOT NULL CHECK (identity_known IN (0, 1)),
    particulars         BLOB NOT NULL,
    due_on              TEXT,
    dated_by            TEXT NOT NULL,
    final_clock         TEXT,
    outcome             TEXT CHECK (outcome IN (
        'fulfilled', 'partly_fulfilled', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    outcome_ground      TEXT,
    outcome_explanation BLOB,
    decided_on          TEXT,
    duplicate_of        BLOB REFERENCES subject_requests (id),
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status IN ('completed', 'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate'))
        = (final_clock IS NOT NULL)),
    CHECK ((final_clock IS NOT NULL OR status = 'awaiting_recipients') = (outcome IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (outcome_explanation IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (decided_on IS NOT NULL)),
    CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL)),
    CHECK (duplicate_of <> id)
) STRICT;
CREATE INDEX subject_requests_by_contact ON subject_requests (contact_id, id);
CREATE INDEX subject_requests_by_due ON subject_requests (due_on);
CREATE INDEX subject_requests_open ON subject_requests (dated_by) WHERE final_clock IS NULL;
-- Statistics read this index alone.
CREATE INDEX subject_requests_counted
    ON subject_requests (received_on, kind, status, outcome, decided_on, due_on, dated_by);

-- Each step of a request.
CREATE TABLE subject_request_steps (
    id          BLOB NOT NULL PRIMARY KEY,
    request_id  BLOB NOT NULL REFERENCES subject_requests (id),
    kind        TEXT NOT NULL CHECK (kind IN (
        'received', 'identity_requested', 'identity_received', 'authority_requested', 'authority_received',
        'clarification_requested', 'clarification_received', 'extension_notified', 'carried_out', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    happened_on TEXT NOT NULL,
    sufficient  INTEGER NOT NULL CHECK (sufficient IN (0, 1)),
    answers     BLOB REFERENCES subject_request_steps (id),
    told        BLOB,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((kind = 'clarification_received') = (answers IS NOT NULL))
) STRICT;
CREATE INDEX subject_request_steps_of ON subject_request_steps (request_id, id);
-- A question has one answer.
CREATE UNIQUE INDEX subject_request_steps_answered ON subject_request_steps (answers) WHERE answers IS NOT NULL;

-- The links, as hashes, by which people see the status of their requests.
CREATE TABLE subject_request_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_request_links_of ON subject_request_links (request_id);
CREATE INDEX subject_request_links_by_expiry ON subject_request_links (expires_at);

-- The packages of everything that the service holds about a person. They are kept for thirty days, sealed under the person's
-- own key.
CREATE TABLE subject_request_packages (
    request_id BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    package    BLOB,
    built_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_request_packages_by_expiry ON subject_request_packages (expires_at) WHERE package IS NOT NULL;

-- Large packages that a job is building: the last audit entry that it read, the number of parts, and when it tries again.
CREATE TABLE subject_request_package_builds (
    request_id      BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    parts           INTEGER NOT NULL,
    begun_at        INTEGER NOT NULL,
    after_entry     BLOB,
    attempts        INTEGER NOT NULL,
    failed          INTEGER NOT NULL CHECK (failed IN (0, 1)),
    next_attempt_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_request_package_builds_due ON subject_request_package_builds (next_attempt_at);

-- The parts of a large package, sealed under the person's own key. The part without a table holds the opening of the package.
CREATE TABLE subject_request_package_parts (
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    number     INTEGER NOT NULL,
    table_name TEXT,
    records    INTEGER NOT NULL,
    part       BLOB NOT NULL,
    PRIMARY KEY (request_id, number)
) STRICT;

-- Requests of erased people. Their particulars are destroyed once the last letter has left; a letter for the post must be
-- printed first.
CREATE TABLE subject_request_farewells (
    request_id BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    since      INTEGER NOT NULL,
    by_post    INTEGER NOT NULL CHECK (by_post IN (0, 1))
) STRICT;
