ALTER TABLE subject_request_packages DROP COLUMN delivery_changed_by;
ALTER TABLE subject_request_packages DROP COLUMN delivery_changed_at;
ALTER TABLE subject_request_packages DROP COLUMN mail_id;
