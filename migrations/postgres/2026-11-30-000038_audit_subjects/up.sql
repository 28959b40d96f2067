-- The contacts that an audit entry names when it names more than one: a search that showed several people. An entry
-- about one contact names it in audit_entries.contact_id alone.
CREATE TABLE audit_subjects (
    contact_id UUID NOT NULL,
    entry_id   UUID NOT NULL,
    PRIMARY KEY (contact_id, entry_id)
);
CREATE TRIGGER audit_subjects_append_only BEFORE UPDATE OR DELETE ON audit_subjects
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the audit');
CREATE TRIGGER audit_subjects_no_truncate BEFORE TRUNCATE ON audit_subjects
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit');
