-- Complaints and requests that name no contact may be a person's where they bear the person's name. The name is sealed, so that
-- the next start computes the indexes of those that are there. A record that may be an erased person's is restricted.
ALTER TABLE complaints ADD COLUMN name_index BYTEA;
ALTER TABLE complaints ADD COLUMN restricted_at TIMESTAMPTZ;
CREATE INDEX complaints_by_name ON complaints (name_index) WHERE name_index IS NOT NULL;
INSERT INTO records_to_index SELECT 'complaints', id FROM complaints WHERE contact_id IS NULL ON CONFLICT DO NOTHING;

ALTER TABLE subject_requests ADD COLUMN name_index BYTEA;
ALTER TABLE subject_requests ADD COLUMN restricted_at TIMESTAMPTZ;
CREATE INDEX subject_requests_by_name ON subject_requests (name_index) WHERE name_index IS NOT NULL;
INSERT INTO records_to_index SELECT 'subject_requests', id FROM subject_requests WHERE contact_id IS NULL
    ON CONFLICT DO NOTHING;

-- New steps of a request: its day of receipt was corrected, an erasure was planned with words for the person.
ALTER TABLE subject_request_steps DROP CONSTRAINT subject_request_steps_kind_check;
ALTER TABLE subject_request_steps ADD CONSTRAINT subject_request_steps_kind_check CHECK (kind IN (
    'received', 'receipt_corrected', 'identity_requested', 'identity_received', 'authority_requested', 'authority_received',
    'clarification_requested', 'clarification_received', 'extension_notified', 'erasure_planned', 'carried_out', 'completed',
    'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate'));

-- Empty and unused since former_addresses took its place.
ALTER TABLE contacts DROP COLUMN former_mark;
