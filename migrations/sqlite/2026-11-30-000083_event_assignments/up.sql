-- Organisations that take part in running an event, each with the profile that says what its attendee list shows, and the window
-- in which it may be read.
CREATE TABLE event_assignments (
    id              BLOB NOT NULL PRIMARY KEY,
    event_id        BLOB NOT NULL REFERENCES events (id),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    agreement_id    BLOB NOT NULL REFERENCES sharing_agreements (id),
    profile         TEXT NOT NULL CHECK (profile IN ('venue_security', 'reception', 'catering', 'partner')),
    starts_at       INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL CHECK (ends_at > starts_at),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;
CREATE INDEX event_assignments_by_event ON event_assignments (event_id, id);
CREATE INDEX event_assignments_by_organisation ON event_assignments (organisation_id, event_id);
CREATE INDEX event_assignments_by_agreement ON event_assignments (agreement_id);
