-- A scan's place in the batch that brought it: the order of what happened within one moment.
ALTER TABLE check_ins ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- The few events that somebody waits for, among all that ever were.
CREATE INDEX event_places_waited_for ON event_places (event_id) WHERE waitlisted > 0;
