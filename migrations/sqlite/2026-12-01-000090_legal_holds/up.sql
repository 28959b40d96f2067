-- Legal holds: what must be kept, whatever the schedule, an erasure or a person's wish says. A hold never ends by itself.
CREATE TABLE legal_holds (
    id               BLOB NOT NULL PRIMARY KEY,
    title            TEXT NOT NULL CHECK (title <> ''),
    statute          TEXT NOT NULL CHECK (statute <> ''),
    reference        TEXT NOT NULL CHECK (reference <> ''),
    scope            TEXT NOT NULL CHECK (scope IN ('contact', 'event', 'network', 'record_class', 'all')),
    contact_id       BLOB REFERENCES contacts (id),
    event_id         BLOB REFERENCES events (id),
    network_id       BLOB REFERENCES networks (id),
    record_class     TEXT,
    ground           TEXT NOT NULL CHECK (ground IN ('UKGDPR.17(3)(b)', 'UKGDPR.17(3)(e)')),
    reason           BLOB NOT NULL,
    owner            BLOB NOT NULL,
    tell_people      INTEGER NOT NULL CHECK (tell_people IN (0, 1)),
    review_on        TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('active', 'release_proposed', 'released')),
    placed_by        TEXT NOT NULL,
    placed_at        INTEGER NOT NULL,
    proposed_by      TEXT,
    proposed_issuer  TEXT,
    proposed_claim   TEXT,
    proposed_at      INTEGER,
    release_reason   BLOB,
    rejection_reason BLOB,
    released_by      TEXT,
    released_issuer  TEXT,
    released_at      INTEGER,
    updated_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    CHECK ((contact_id IS NOT NULL) = (scope = 'contact')),
    CHECK ((event_id IS NOT NULL) = (scope = 'event')),
    CHECK ((network_id IS NOT NULL) = (scope = 'network')),
    CHECK ((record_class IS NOT NULL) = (scope = 'record_class')),
    CHECK ((proposed_by IS NOT NULL) = (status <> 'active')),
    CHECK ((proposed_by IS NULL) = (proposed_at IS NULL) AND (proposed_by IS NULL) = (release_reason IS NULL)),
    CHECK ((released_by IS NOT NULL) = (status = 'released') AND (released_by IS NULL) = (released_at IS NULL)),
    CHECK (released_by IS NULL OR released_by <> proposed_by OR coalesce(released_issuer <> proposed_issuer, FALSE))
) STRICT;
CREATE INDEX legal_holds_by_status ON legal_holds (status, review_on);
CREATE INDEX legal_holds_by_contact ON legal_holds (contact_id);
CREATE INDEX legal_holds_by_event ON legal_holds (event_id);
CREATE INDEX legal_holds_by_network ON legal_holds (network_id);
-- The transitions that policy::holds allows.
CREATE TRIGGER legal_holds_transition BEFORE UPDATE OF status ON legal_holds
    WHEN NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('active', 'release_proposed'), ('release_proposed', 'active'), ('release_proposed', 'released'))
BEGIN
    SELECT RAISE(ABORT, 'a legal hold does not go there from where it is');
END;
CREATE TRIGGER legal_holds_stay BEFORE DELETE ON legal_holds
BEGIN
    SELECT RAISE(ABORT, 'a legal hold is never deleted');
END;
CREATE TRIGGER legal_holds_scope BEFORE UPDATE OF scope, contact_id, event_id, network_id, record_class ON legal_holds
BEGIN
    SELECT RAISE(ABORT, 'the scope of a legal hold never changes');
END;

-- The people whom a hold binds as a whole: each contact with each hold that is not released. A merged contact is the contact into
-- which it was merged, and a person belongs to an event or a network under any of their ids, whatever the status there.
CREATE VIEW held_contacts AS
SELECT held.id AS hold_id, person.id AS contact_id
FROM contacts AS person CROSS JOIN legal_holds AS held
WHERE held.status <> 'released' AND CASE held.scope
    WHEN 'all' THEN TRUE
    WHEN 'contact' THEN coalesce(person.merged_into, person.id) =
        (SELECT coalesce(named.merged_into, named.id) FROM contacts AS named WHERE named.id = held.contact_id)
    WHEN 'event' THEN EXISTS (
        SELECT 1 FROM registrations AS place WHERE place.event_id = held.event_id AND place.contact_id IN (
            SELECT same.id FROM contacts AS same WHERE same.id = coalesce(person.merged_into, person.id)
            UNION ALL
            SELECT same.id FROM contacts AS same WHERE same.merged_into = coalesce(person.merged_into, person.id)))
    WHEN 'network' THEN EXISTS (
        SELECT 1 FROM memberships AS place WHERE place.network_id = held.network_id AND place.contact_id IN (
            SELECT same.id FROM contacts AS same WHERE same.id = coalesce(person.merged_into, person.id)
            UNION ALL
            SELECT same.id FROM contacts AS same WHERE same.merged_into = coalesce(person.merged_into, person.id)))
    ELSE FALSE
END;

-- Who has a record of which class, for holds on a class of records.
CREATE VIEW contacts_of_classes AS
SELECT 'contact' AS record_class, id AS contact_id FROM contacts
UNION ALL SELECT 'consent', contact_id FROM consents
UNION ALL SELECT 'membership', contact_id FROM memberships
UNION ALL SELECT 'registration', contact_id FROM registrations
UNION ALL SELECT 'access_requirement', contact_id FROM access_requirements
UNION ALL SELECT 'complaint', contact_id FROM complaints WHERE contact_id IS NOT NULL
UNION ALL SELECT 'subject_request', contact_id FROM subject_requests WHERE contact_id IS NOT NULL
UNION ALL SELECT 'former_address', contact_id FROM former_addresses
UNION ALL SELECT 'disclosure', contact_id FROM disclosures
UNION ALL SELECT 'obligation', contact_id FROM obligations
UNION ALL SELECT 'erasure', contact_id FROM erasure_plans;

-- Erasures that were executed in part because of a hold. They are due once no hold catches the person.
CREATE TABLE held_erasures (
    request_id BLOB NOT NULL PRIMARY KEY,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    refused_at INTEGER NOT NULL
) STRICT;
CREATE INDEX held_erasures_by_contact ON held_erasures (contact_id);
