DROP INDEX event_places_waited_for;
ALTER TABLE check_ins DROP COLUMN position;
