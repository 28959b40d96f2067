-- Organisations that take part in running an event, each with the profile that says what its attendee list shows, and the window
-- in which it may be read.
CREATE TABLE event_assignments (
    id              UUID NOT NULL PRIMARY KEY,
    event_id        UUID NOT NULL REFERENCES events (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    agreement_id    UUID NOT NULL REFERENCES sharing_agreements (id),
    profile         TEXT NOT NULL CHECK (profile IN ('venue_security', 'reception', 'catering', 'partner')),
    starts_at       TIMESTAMPTZ NOT NULL,
    ends_at         TIMESTAMPTZ NOT NULL CHECK (ends_at > starts_at),
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL
);
CREATE INDEX event_assignments_by_event ON event_assignments (event_id, id);
CREATE INDEX event_assignments_by_organisation ON event_assignments (organisation_id, event_id);
CREATE INDEX event_assignments_by_agreement ON event_assignments (agreement_id);
