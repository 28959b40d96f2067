-- Who went in and out at the doors of an event. A scanner names each of its scans, so that one that is sent again is known.
CREATE TABLE check_ins (
    event_id        BLOB NOT NULL REFERENCES events (id),
    device_id       TEXT NOT NULL,
    nonce           TEXT NOT NULL,
    registration_id BLOB NOT NULL REFERENCES registrations (id),
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    occurred_at     INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    PRIMARY KEY (event_id, device_id, nonce)
) STRICT;
CREATE INDEX check_ins_by_registration ON check_ins (registration_id, occurred_at);

-- What somebody needs in order to take part, apart from everything else, since it may tell of their health or belief.
CREATE TABLE access_requirements (
    registration_id BLOB NOT NULL PRIMARY KEY REFERENCES registrations (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    event_id        BLOB NOT NULL REFERENCES events (id),
    requirements    BLOB NOT NULL
) STRICT;
CREATE INDEX access_requirements_by_contact ON access_requirements (contact_id);
CREATE INDEX access_requirements_by_event ON access_requirements (event_id);
