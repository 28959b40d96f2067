-- Addresses have one normal form. What they are found by is sealed, so that the next start computes every index anew. Where
-- the normal form of an address is another contact's, or an address or number cannot be right, `address_check` says so to staff.
ALTER TABLE contacts ADD COLUMN address_check TEXT CHECK (address_check IS NULL OR status = 'active');
CREATE INDEX contacts_to_check ON contacts (id) WHERE address_check IS NOT NULL;
INSERT OR IGNORE INTO records_to_index SELECT 'contacts', id FROM contacts WHERE particulars IS NOT NULL;
INSERT OR IGNORE INTO records_to_index SELECT 'complaints', id FROM complaints WHERE contact_id IS NULL;
INSERT OR IGNORE INTO records_to_index SELECT 'subject_requests', id FROM subject_requests WHERE contact_id IS NULL;
