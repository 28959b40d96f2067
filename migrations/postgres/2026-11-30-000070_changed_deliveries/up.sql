-- Which message brings the link to a package, so that a mailbox that refuses it can be seen. And a delivery that was changed after
-- the release: when, and by whom.
ALTER TABLE subject_request_packages ADD COLUMN mail_id UUID;
ALTER TABLE subject_request_packages ADD COLUMN delivery_changed_at TIMESTAMPTZ;
ALTER TABLE subject_request_packages ADD COLUMN delivery_changed_by TEXT;
