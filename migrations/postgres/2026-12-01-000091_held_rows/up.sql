-- What a legal hold keeps, guarded by the database itself: held rows are neither deleted nor emptied, and a held value that is
-- overwritten stays here, sealed as it was, until no hold keeps it.
CREATE TABLE held_values (
    id           UUID NOT NULL PRIMARY KEY,
    table_name   TEXT NOT NULL,
    column_name  TEXT NOT NULL,
    record_id    UUID NOT NULL,
    contact_id   UUID NOT NULL REFERENCES contacts (id),
    record_class TEXT NOT NULL,
    version      INTEGER,
    value        BYTEA NOT NULL
);
CREATE INDEX held_values_by_contact ON held_values (contact_id);
-- Whether a hold keeps a person's rows of a class. A hold that is placed at the same moment waits until this transaction ends.
CREATE FUNCTION is_held(person UUID, class TEXT) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('legal_holds', 0));
    RETURN EXISTS (SELECT 1 FROM legal_holds WHERE status <> 'released' AND (scope = 'all' OR record_class = class))
        OR EXISTS (SELECT 1 FROM held_contacts WHERE contact_id = person);
END $$;
CREATE FUNCTION contact_of_registration(registration UUID) RETURNS UUID LANGUAGE sql STABLE AS
    $$ SELECT contact_id FROM registrations WHERE id = registration $$;
CREATE FUNCTION contact_of_request(request UUID) RETURNS UUID LANGUAGE sql STABLE AS
    $$ SELECT contact_id FROM subject_requests WHERE id = request $$;
CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a legal hold keeps this row';
END $$;
-- The arguments: the columns of the value, of the record, of the contact and of the version, and the class.
CREATE FUNCTION keep_held_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO held_values (id, table_name, column_name, record_id, contact_id, record_class, version, value)
         VALUES (gen_random_uuid(), $1, $2, ($4).%I, ($4).%I, $3, %s, ($4).%I)',
        TG_ARGV[1], TG_ARGV[2], CASE TG_ARGV[3] WHEN '' THEN 'NULL' ELSE '($4).' || quote_ident(TG_ARGV[3]) END, TG_ARGV[0])
        USING TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[4], OLD;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contacts_held_delete BEFORE DELETE ON contacts
    FOR EACH ROW WHEN (is_held(OLD.id, 'contact')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER contacts_held_particulars BEFORE UPDATE OF particulars ON contacts
    FOR EACH ROW WHEN (NEW.particulars IS NULL AND OLD.particulars IS NOT NULL AND is_held(OLD.id, 'contact')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER consents_held_delete BEFORE DELETE ON consents
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'consent')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER consent_decisions_held_evidence BEFORE UPDATE OF evidence ON consent_decisions
    FOR EACH ROW WHEN (NEW.evidence IS NULL AND OLD.evidence IS NOT NULL AND is_held(OLD.contact_id, 'consent')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER memberships_held_delete BEFORE DELETE ON memberships
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'membership')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER registrations_held_delete BEFORE DELETE ON registrations
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'registration')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER registration_steps_held_reason BEFORE UPDATE OF reason ON registration_steps
    FOR EACH ROW WHEN (NEW.reason IS NULL AND OLD.reason IS NOT NULL AND is_held(contact_of_registration(OLD.registration_id), 'registration')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER complaints_held_delete BEFORE DELETE ON complaints
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'complaint')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER complaints_held_particulars BEFORE UPDATE OF particulars ON complaints
    FOR EACH ROW WHEN (LENGTH(NEW.particulars) = 0 AND LENGTH(OLD.particulars) > 0 AND is_held(OLD.contact_id, 'complaint')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER subject_requests_held_delete BEFORE DELETE ON subject_requests
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'subject_request')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER subject_requests_held_particulars BEFORE UPDATE OF particulars ON subject_requests
    FOR EACH ROW WHEN (LENGTH(NEW.particulars) = 0 AND LENGTH(OLD.particulars) > 0 AND is_held(OLD.contact_id, 'subject_request')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER subject_request_steps_held_told BEFORE UPDATE OF told ON subject_request_steps
    FOR EACH ROW WHEN (NEW.told IS NULL AND OLD.told IS NOT NULL AND is_held(contact_of_request(OLD.request_id), 'subject_request')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER disclosures_held_delete BEFORE DELETE ON disclosures
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'disclosure')) EXECUTE FUNCTION refuse_held();
CREATE TRIGGER contacts_kept_particulars BEFORE UPDATE OF particulars ON contacts
    FOR EACH ROW WHEN (NEW.particulars IS NOT NULL AND OLD.particulars IS NOT NULL AND NEW.particulars <> OLD.particulars
        AND is_held(OLD.id, 'contact'))
    EXECUTE FUNCTION keep_held_value('particulars', 'id', 'id', 'version', 'contact');
CREATE TRIGGER memberships_kept_particulars BEFORE UPDATE OF particulars ON memberships
    FOR EACH ROW WHEN (NEW.particulars <> OLD.particulars
        AND is_held(OLD.contact_id, 'membership'))
    EXECUTE FUNCTION keep_held_value('particulars', 'id', 'contact_id', 'version', 'membership');
CREATE TRIGGER access_requirements_kept_requirements BEFORE UPDATE OF requirements ON access_requirements
    FOR EACH ROW WHEN (NEW.requirements <> OLD.requirements
        AND is_held(OLD.contact_id, 'access_requirement'))
    EXECUTE FUNCTION keep_held_value('requirements', 'registration_id', 'contact_id', '', 'access_requirement');
CREATE TRIGGER access_requirements_kept_delete BEFORE DELETE ON access_requirements
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'access_requirement'))
    EXECUTE FUNCTION keep_held_value('requirements', 'registration_id', 'contact_id', '', 'access_requirement');
CREATE TRIGGER former_addresses_kept_delete BEFORE DELETE ON former_addresses
    FOR EACH ROW WHEN (is_held(OLD.contact_id, 'former_address'))
    EXECUTE FUNCTION keep_held_value('mark', 'contact_id', 'contact_id', '', 'former_address');
CREATE TRIGGER held_values_held_delete BEFORE DELETE ON held_values
    FOR EACH ROW WHEN (is_held(OLD.contact_id, OLD.record_class)) EXECUTE FUNCTION refuse_held();
