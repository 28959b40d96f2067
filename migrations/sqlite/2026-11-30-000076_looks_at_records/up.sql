-- Entries about a complaint or request from before it named a contact: the person whose it is may see who looked at it.
CREATE INDEX audit_entries_of_record ON audit_entries (subject, id) WHERE contact_id IS NULL AND subject IS NOT NULL;
