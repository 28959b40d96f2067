-- Events. A draft can lack the members that a published event must have.
CREATE TABLE events (
    id                     BLOB NOT NULL PRIMARY KEY,
    title                  TEXT NOT NULL,
    description            TEXT NOT NULL,
    starts_at              INTEGER,
    ends_at                INTEGER,
    venue_organisation_id  BLOB REFERENCES organisations (id),
    place_name             TEXT,
    place_address          TEXT,
    online_url             TEXT,
    capacity               INTEGER CHECK (capacity >= 0),
    registration_opens_at  INTEGER,
    registration_closes_at INTEGER,
    self_cancel_until      INTEGER,
    waiting_list           INTEGER NOT NULL CHECK (waiting_list IN (0, 1)),
    promotion              TEXT NOT NULL CHECK (promotion IN ('automatic', 'offer')),
    offer_working_hours    INTEGER NOT NULL CHECK (offer_working_hours BETWEEN 1 AND 400),
    status                 TEXT NOT NULL CHECK (status IN ('draft', 'published', 'cancelled', 'completed')),
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    version                INTEGER NOT NULL,
    CHECK (ends_at > starts_at),
    CHECK (status NOT IN ('published', 'completed')
        OR (starts_at IS NOT NULL AND ends_at IS NOT NULL AND place_name IS NOT NULL))
) STRICT;
CREATE INDEX events_by_start ON events (starts_at, id);
