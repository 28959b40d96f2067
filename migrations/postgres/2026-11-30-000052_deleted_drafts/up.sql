-- A new step of a request: the draft of its package was deleted.
ALTER TABLE subject_request_steps DROP CONSTRAINT subject_request_steps_kind_check;
ALTER TABLE subject_request_steps ADD CONSTRAINT subject_request_steps_kind_check CHECK (kind IN (
    'received', 'receipt_corrected', 'identity_requested', 'identity_received', 'authority_requested',
    'authority_received', 'clarification_requested', 'clarification_received', 'extension_notified',
    'erasure_planned', 'draft_deleted', 'carried_out', 'completed', 'partially_completed', 'refused', 'withdrawn',
    'lapsed', 'duplicate'));
