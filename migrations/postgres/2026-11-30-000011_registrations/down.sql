DROP TABLE access_requirements;
DROP TABLE check_ins;
DROP TABLE registration_steps;
DROP TABLE event_places;
DROP TABLE registrations;
DROP FUNCTION refuse_transition;
