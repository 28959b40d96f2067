-- Complaints and requests that name no contact may be a person's where they bear the person's name. The name is sealed, so that
-- the next start computes the indexes of those that are there. A record that may be an erased person's is restricted.
ALTER TABLE complaints ADD COLUMN name_index BLOB;
ALTER TABLE complaints ADD COLUMN restricted_at INTEGER;
CREATE INDEX complaints_by_name ON complaints (name_index) WHERE name_index IS NOT NULL;
INSERT INTO records_to_index SELECT 'complaints', id FROM complaints WHERE contact_id IS NULL ON CONFLICT DO NOTHING;

ALTER TABLE subject_requests ADD COLUMN name_index BLOB;
ALTER TABLE subject_requests ADD COLUMN restricted_at INTEGER;
CREATE INDEX subject_requests_by_name ON subject_requests (name_index) WHERE name_index IS NOT NULL;
INSERT INTO records_to_index SELECT 'subject_requests', id FROM subject_requests WHERE contact_id IS NULL
    ON CONFLICT DO NOTHING;

-- New steps of a request: its day of receipt was corrected, an erasure was planned with words for the person. SQLite changes a
-- check by making the table anew.
CREATE TABLE subject_request_steps_new (
    id          BLOB NOT NULL PRIMARY KEY,
    request_id  BLOB NOT NULL REFERENCES subject_requests (id),
    kind        TEXT NOT NULL CHECK (kind IN (
        'received', 'receipt_corrected', 'identity_requested', 'identity_received', 'authority_requested',
        'authority_received', 'clarification_requested', 'clarification_received', 'extension_notified',
        'erasure_planned', 'carried_out', 'completed', 'partially_completed', 'refused', 'withdrawn', 'lapsed',
        'duplicate')),
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

-- Empty and unused since former_addresses took its place.
ALTER TABLE contacts DROP COLUMN former_mark;
