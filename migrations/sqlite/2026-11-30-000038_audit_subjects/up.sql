-- The contacts that an audit entry names when it names more than one: a search that showed several people. An entry
-- about one contact names it in audit_entries.contact_id alone.
CREATE TABLE audit_subjects (
    contact_id BLOB NOT NULL,
    entry_id   BLOB NOT NULL,
    PRIMARY KEY (contact_id, entry_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_subjects_no_update BEFORE UPDATE ON audit_subjects
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_subjects_no_delete BEFORE DELETE ON audit_subjects
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
