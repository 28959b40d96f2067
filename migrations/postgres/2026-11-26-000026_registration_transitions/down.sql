DROP TRIGGER registration_steps_no_truncate ON registration_steps;
DROP TRIGGER registration_steps_append_only ON registration_steps;
DROP TRIGGER registrations_transition ON registrations;
DROP FUNCTION refuse_transition();
