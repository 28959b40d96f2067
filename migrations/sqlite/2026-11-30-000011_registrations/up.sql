-- Registrations for events. A waiting person has a sequence number; numbers grow from head to tail and have gaps, so that
-- staff can put a person before others.
CREATE TABLE registrations (
    id                  BLOB NOT NULL PRIMARY KEY,
    event_id            BLOB NOT NULL REFERENCES events (id),
    contact_id          BLOB NOT NULL REFERENCES contacts (id),
    status              TEXT NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'offered', 'declined', 'expired',
        'cancelled', 'attended', 'no_show', 'attendance_unknown')),
    sequence            INTEGER,
    offer_expires_at    INTEGER,
    share_with_partners INTEGER NOT NULL CHECK (share_with_partners IN (0, 1)),
    share_with_venue    INTEGER NOT NULL CHECK (share_with_venue IN (0, 1)),
    source              TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status = 'waitlisted') = (sequence IS NOT NULL)),
    CHECK (status <> 'offered' OR offer_expires_at IS NOT NULL),
    CHECK (offer_expires_at IS NULL OR status IN ('offered', 'expired'))
) STRICT;
-- A person has one live registration for an event. A person who cancelled can register again.
CREATE UNIQUE INDEX registrations_live ON registrations (event_id, contact_id)
    WHERE status IN ('confirmed', 'waitlisted', 'offered');
CREATE UNIQUE INDEX registrations_waiting ON registrations (event_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX registrations_by_event ON registrations (event_id, id);
CREATE INDEX registrations_by_status ON registrations (event_id, status, id);
CREATE INDEX registrations_by_contact ON registrations (contact_id, event_id);
CREATE INDEX registrations_offers ON registrations (status, offer_expires_at);
-- The transitions that policy::registrations allows.
CREATE TRIGGER registrations_transition BEFORE UPDATE OF status ON registrations
    WHEN NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('confirmed', 'cancelled'), ('confirmed', 'attended'), ('confirmed', 'no_show'),
        ('confirmed', 'attendance_unknown'),
        ('waitlisted', 'confirmed'), ('waitlisted', 'offered'), ('waitlisted', 'expired'), ('waitlisted', 'cancelled'),
        ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'cancelled'),
        ('no_show', 'attended'),
        ('attendance_unknown', 'attended'), ('attendance_unknown', 'no_show'))
BEGIN
    SELECT RAISE(ABORT, 'a registration does not go there from where it is');
END;

-- The counts of each event's registrations. Each change of registrations updates them in one comparing statement.
CREATE TABLE event_places (
    event_id      BLOB NOT NULL PRIMARY KEY REFERENCES events (id),
    confirmed     INTEGER NOT NULL CHECK (confirmed >= 0),
    offered       INTEGER NOT NULL CHECK (offered >= 0),
    waitlisted    INTEGER NOT NULL CHECK (waitlisted >= 0),
    last_sequence INTEGER NOT NULL
) STRICT;

-- Every step of a registration. Append-only, but for the reason, which is sealed under the person's key.
CREATE TABLE registration_steps (
    registration_id BLOB NOT NULL REFERENCES registrations (id),
    version         INTEGER NOT NULL,
    status          TEXT NOT NULL,
    cause           TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    recorded_by     TEXT NOT NULL,
    reason          BLOB,
    PRIMARY KEY (registration_id, version)
) STRICT;
CREATE TRIGGER registration_steps_no_update
    BEFORE UPDATE OF registration_id, version, status, cause, recorded_at, recorded_by ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_replace BEFORE INSERT ON registration_steps
    WHEN EXISTS (SELECT 1 FROM registration_steps WHERE registration_id = NEW.registration_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_delete BEFORE DELETE ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;

-- Check-ins and check-outs at an event. The scanner gives each scan a nonce, so that a repeated scan is recognised. The
-- position orders scans of one batch that have the same time.
CREATE TABLE check_ins (
    event_id        BLOB NOT NULL REFERENCES events (id),
    device_id       TEXT NOT NULL,
    nonce           TEXT NOT NULL,
    registration_id BLOB NOT NULL REFERENCES registrations (id),
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    occurred_at     INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    position        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, device_id, nonce)
) STRICT;
CREATE INDEX check_ins_by_registration ON check_ins (registration_id, occurred_at);

-- What a person needs in order to take part. A table of its own, because it can reveal health or belief.
CREATE TABLE access_requirements (
    registration_id BLOB NOT NULL PRIMARY KEY REFERENCES registrations (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    event_id        BLOB NOT NULL REFERENCES events (id),
    requirements    BLOB NOT NULL
) STRICT;
CREATE INDEX access_requirements_by_contact ON access_requirements (contact_id);
CREATE INDEX access_requirements_by_event ON access_requirements (event_id);
