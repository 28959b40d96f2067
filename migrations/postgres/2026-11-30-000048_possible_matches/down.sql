DROP INDEX complaints_by_name;
ALTER TABLE complaints DROP COLUMN name_index;
ALTER TABLE complaints DROP COLUMN restricted_at;
DROP INDEX subject_requests_by_name;
ALTER TABLE subject_requests DROP COLUMN name_index;
ALTER TABLE subject_requests DROP COLUMN restricted_at;
ALTER TABLE contacts ADD COLUMN former_mark BYTEA CHECK (former_mark IS NULL OR merged_into IS NOT NULL);

DELETE FROM subject_request_steps WHERE kind IN ('receipt_corrected', 'erasure_planned');
ALTER TABLE subject_request_steps DROP CONSTRAINT subject_request_steps_kind_check;
ALTER TABLE subject_request_steps ADD CONSTRAINT subject_request_steps_kind_check CHECK (kind IN (
    'received', 'identity_requested', 'identity_received', 'authority_requested', 'authority_received',
    'clarification_requested', 'clarification_received', 'extension_notified', 'carried_out', 'completed',
    'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate'));
