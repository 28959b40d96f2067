-- A registration goes from state to state as the policy says, whoever writes; and what it went through stays as it was
-- written. Only a reason in words goes, with the person's key.
CREATE TRIGGER registrations_transition BEFORE UPDATE OF status ON registrations
    WHEN NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('confirmed', 'cancelled'), ('confirmed', 'attended'), ('confirmed', 'no_show'),
        ('confirmed', 'attendance_unknown'),
        ('waitlisted', 'confirmed'), ('waitlisted', 'offered'), ('waitlisted', 'expired'), ('waitlisted', 'cancelled'),
        ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'cancelled'),
        ('no_show', 'attended'),
        ('attendance_unknown', 'attended'), ('attendance_unknown', 'no_show'))
BEGIN
    SELECT RAISE(ABORT, 'a registration does not go there from where it is');
END;

CREATE TRIGGER registration_steps_no_update
    BEFORE UPDATE OF registration_id, version, status, cause, recorded_at, recorded_by ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_replace BEFORE INSERT ON registration_steps
    WHEN EXISTS (SELECT 1 FROM registration_steps WHERE registration_id = NEW.registration_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_delete BEFORE DELETE ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
