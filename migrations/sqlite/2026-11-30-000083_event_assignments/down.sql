DROP TABLE event_assignments;
