DROP TABLE subject_request_redactions;
ALTER TABLE subject_request_packages DROP COLUMN released_by;
ALTER TABLE subject_request_packages DROP COLUMN released_at;
