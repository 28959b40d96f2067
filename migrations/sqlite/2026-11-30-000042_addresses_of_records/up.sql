-- Complaints and requests that name no contact are found by the addresses in them, as keyed indexes. The addresses are sealed, so
-- that the next start computes the indexes of those that are there.
ALTER TABLE complaints ADD COLUMN email_index BLOB;
ALTER TABLE complaints ADD COLUMN telephone_index BLOB;
ALTER TABLE complaints ADD COLUMN named_number BLOB;
CREATE INDEX complaints_by_email ON complaints (email_index) WHERE email_index IS NOT NULL;
CREATE INDEX complaints_by_telephone ON complaints (telephone_index) WHERE telephone_index IS NOT NULL;
CREATE INDEX complaints_by_named_number ON complaints (named_number) WHERE named_number IS NOT NULL;
INSERT INTO records_to_index SELECT 'complaints', id FROM complaints WHERE contact_id IS NULL;

ALTER TABLE subject_requests ADD COLUMN email_index BLOB;
ALTER TABLE subject_requests ADD COLUMN telephone_index BLOB;
ALTER TABLE subject_requests ADD COLUMN named_number BLOB;
CREATE INDEX subject_requests_by_email ON subject_requests (email_index) WHERE email_index IS NOT NULL;
CREATE INDEX subject_requests_by_telephone ON subject_requests (telephone_index) WHERE telephone_index IS NOT NULL;
CREATE INDEX subject_requests_by_named_number ON subject_requests (named_number) WHERE named_number IS NOT NULL;
INSERT INTO records_to_index SELECT 'subject_requests', id FROM subject_requests WHERE contact_id IS NULL;
