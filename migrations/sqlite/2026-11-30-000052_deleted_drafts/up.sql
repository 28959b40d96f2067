-- A new step of a request: the draft of its package was deleted. SQLite changes a check by making the table anew.
CREATE TABLE subject_request_steps_new (
    id          BLOB NOT NULL PRIMARY KEY,
    request_id  BLOB NOT NULL REFERENCES subject_requests (id),
    kind        TEXT NOT NULL CHECK (kind IN (
        'received', 'receipt_corrected', 'identity_requested', 'identity_received', 'authority_requested',
        'authority_received', 'clarification_requested', 'clarification_received', 'extension_notified',
        'erasure_planned', 'draft_deleted', 'carried_out', 'completed', 'partially_completed', 'refused', 'withdrawn',
        'lapsed', 'duplicate')),
    happened_on TEXT NOT NULL,
    sufficient  INTEGER NOT NULL CHECK (sufficient IN (0, 1)),
    answers     BLOB REFERENCES subject_request_steps_new (id),
    told        BLOB,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((kind = 'clarification_received') = (answers IS NOT NULL))
) STRICT;
INSERT INTO subject_request_steps_new
    SELECT id, request_id, kind, happened_on, sufficient, answers, told, recorded_at, recorded_by
    FROM subject_request_steps ORDER BY id;
DROP TABLE subject_request_steps;
ALTER TABLE subject_request_steps_new RENAME TO subject_request_steps;
CREATE INDEX subject_request_steps_of ON subject_request_steps (request_id, id);
-- A question is answered once.
CREATE UNIQUE INDEX subject_request_steps_answered ON subject_request_steps (answers) WHERE answers IS NOT NULL;
