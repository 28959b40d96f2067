DROP TABLE registration_steps;
DROP TABLE event_places;
DROP TABLE registrations;
