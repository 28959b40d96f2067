-- Registrations for events: who comes, who waits, who was offered a place until when. Whoever waits has a number in the
-- waiting list, which grows from head to tail and leaves gaps for those who are put before others.
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
-- Whoever cancelled may come back; nobody has two places, or a place and another to wait for.
CREATE UNIQUE INDEX registrations_live ON registrations (event_id, contact_id)
    WHERE status IN ('confirmed', 'waitlisted', 'offered');
CREATE UNIQUE INDEX registrations_waiting ON registrations (event_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX registrations_by_event ON registrations (event_id, id);
CREATE INDEX registrations_by_status ON registrations (event_id, status, id);
CREATE INDEX registrations_by_contact ON registrations (contact_id, event_id);
CREATE INDEX registrations_offers ON registrations (status, offer_expires_at);

-- How many places of an event are taken or held, and how many people wait: always what a recount would find. Changed with
-- the registrations, in one statement that compares what was there.
CREATE TABLE event_places (
    event_id      BLOB NOT NULL PRIMARY KEY REFERENCES events (id),
    confirmed     INTEGER NOT NULL CHECK (confirmed >= 0),
    offered       INTEGER NOT NULL CHECK (offered >= 0),
    waitlisted    INTEGER NOT NULL CHECK (waitlisted >= 0),
    last_sequence INTEGER NOT NULL
) STRICT;

-- Every step of a registration, append-only: who, when, why. A reason in words is sealed under the person's key.
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
