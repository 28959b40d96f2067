-- What a legal hold keeps, guarded by the database itself: held rows are neither deleted nor emptied, and a held value that is
-- overwritten stays here, sealed as it was, until no hold keeps it.
CREATE TABLE held_values (
    id           BLOB NOT NULL PRIMARY KEY,
    table_name   TEXT NOT NULL,
    column_name  TEXT NOT NULL,
    record_id    BLOB NOT NULL,
    contact_id   BLOB NOT NULL REFERENCES contacts (id),
    record_class TEXT NOT NULL,
    version      INTEGER,
    value        BLOB NOT NULL
) STRICT;
CREATE INDEX held_values_by_contact ON held_values (contact_id);
CREATE TRIGGER contacts_held_delete BEFORE DELETE ON contacts
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'contact'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER contacts_held_particulars BEFORE UPDATE OF particulars ON contacts
    WHEN NEW.particulars IS NULL AND OLD.particulars IS NOT NULL
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'contact'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER consents_held_delete BEFORE DELETE ON consents
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'consent'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER consent_decisions_held_evidence BEFORE UPDATE OF evidence ON consent_decisions
    WHEN NEW.evidence IS NULL AND OLD.evidence IS NOT NULL
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'consent'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER memberships_held_delete BEFORE DELETE ON memberships
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'membership'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER registrations_held_delete BEFORE DELETE ON registrations
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'registration'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER registration_steps_held_reason BEFORE UPDATE OF reason ON registration_steps
    WHEN NEW.reason IS NULL AND OLD.reason IS NOT NULL
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'registration'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = (SELECT contact_id FROM registrations WHERE id = OLD.registration_id)))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER complaints_held_delete BEFORE DELETE ON complaints
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'complaint'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER complaints_held_particulars BEFORE UPDATE OF particulars ON complaints
    WHEN LENGTH(NEW.particulars) = 0 AND LENGTH(OLD.particulars) > 0
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'complaint'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER subject_requests_held_delete BEFORE DELETE ON subject_requests
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'subject_request'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER subject_requests_held_particulars BEFORE UPDATE OF particulars ON subject_requests
    WHEN LENGTH(NEW.particulars) = 0 AND LENGTH(OLD.particulars) > 0
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'subject_request'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER subject_request_steps_held_told BEFORE UPDATE OF told ON subject_request_steps
    WHEN NEW.told IS NULL AND OLD.told IS NOT NULL
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'subject_request'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = (SELECT contact_id FROM subject_requests WHERE id = OLD.request_id)))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER disclosures_held_delete BEFORE DELETE ON disclosures
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'disclosure'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
CREATE TRIGGER contacts_kept_particulars BEFORE UPDATE OF particulars ON contacts
    WHEN NEW.particulars IS NOT NULL AND OLD.particulars IS NOT NULL AND NEW.particulars <> OLD.particulars
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'contact'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.id))
BEGIN
    INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
    VALUES (randomblob(16), 'contacts', 'particulars', OLD.id, OLD.id, 'contact', OLD.version, OLD.particulars);
END;
CREATE TRIGGER memberships_kept_particulars BEFORE UPDATE OF particulars ON memberships
    WHEN NEW.particulars <> OLD.particulars
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'membership'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
    VALUES (randomblob(16), 'memberships', 'particulars', OLD.id, OLD.contact_id, 'membership', OLD.version, OLD.particulars);
END;
CREATE TRIGGER access_requirements_kept_requirements BEFORE UPDATE OF requirements ON access_requirements
    WHEN NEW.requirements <> OLD.requirements
        AND (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'access_requirement'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
    VALUES (randomblob(16), 'access_requirements', 'requirements', OLD.registration_id, OLD.contact_id, 'access_requirement', NULL, OLD.requirements);
END;
CREATE TRIGGER access_requirements_kept_delete BEFORE DELETE ON access_requirements
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'access_requirement'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
    VALUES (randomblob(16), 'access_requirements', 'requirements', OLD.registration_id, OLD.contact_id, 'access_requirement', NULL, OLD.requirements);
END;
CREATE TRIGGER former_addresses_kept_delete BEFORE DELETE ON former_addresses
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = 'former_address'))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
    VALUES (randomblob(16), 'former_addresses', 'mark', OLD.contact_id, OLD.contact_id, 'former_address', NULL, OLD.mark);
END;
CREATE TRIGGER held_values_held_delete BEFORE DELETE ON held_values
    WHEN (EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = OLD.record_class))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = OLD.contact_id))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold keeps this row');
END;
