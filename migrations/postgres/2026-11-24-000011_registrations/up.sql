-- Registrations for events: who comes, who waits, who was offered a place until when. Whoever waits has a number in the
-- waiting list, which grows from head to tail and leaves gaps for those who are put before others.
CREATE TABLE registrations (
    id                  UUID NOT NULL PRIMARY KEY,
    event_id            UUID NOT NULL REFERENCES events (id),
    contact_id          UUID NOT NULL REFERENCES contacts (id),
    status              TEXT NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'offered', 'declined', 'expired',
        'cancelled', 'attended', 'no_show', 'attendance_unknown')),
    sequence            BIGINT,
    offer_expires_at    TIMESTAMPTZ,
    share_with_partners BOOLEAN NOT NULL,
    share_with_venue    BOOLEAN NOT NULL,
    source              TEXT NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL,
    updated_at          TIMESTAMPTZ NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status = 'waitlisted') = (sequence IS NOT NULL)),
    CHECK (status <> 'offered' OR offer_expires_at IS NOT NULL),
    CHECK (offer_expires_at IS NULL OR status IN ('offered', 'expired'))
);
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
    event_id      UUID NOT NULL PRIMARY KEY REFERENCES events (id),
    confirmed     INTEGER NOT NULL CHECK (confirmed >= 0),
    offered       INTEGER NOT NULL CHECK (offered >= 0),
    waitlisted    INTEGER NOT NULL CHECK (waitlisted >= 0),
    last_sequence BIGINT NOT NULL
);

-- Every step of a registration, append-only: who, when, why. A reason in words is sealed under the person's key.
CREATE TABLE registration_steps (
    registration_id UUID NOT NULL REFERENCES registrations (id),
    version         INTEGER NOT NULL,
    status          TEXT NOT NULL,
    cause           TEXT NOT NULL,
    recorded_at     TIMESTAMPTZ NOT NULL,
    recorded_by     TEXT NOT NULL,
    reason          BYTEA,
    PRIMARY KEY (registration_id, version)
);
