-- A registration goes from state to state as the policy says, whoever writes; and what it went through stays as it was
-- written. Only a reason in words goes, with the person's key.
CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('confirmed', 'cancelled'), ('confirmed', 'attended'), ('confirmed', 'no_show'),
        ('confirmed', 'attendance_unknown'),
        ('waitlisted', 'confirmed'), ('waitlisted', 'offered'), ('waitlisted', 'expired'), ('waitlisted', 'cancelled'),
        ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'cancelled'),
        ('no_show', 'attended'),
        ('attendance_unknown', 'attended'), ('attendance_unknown', 'no_show'))
    THEN
        RAISE EXCEPTION 'a registration does not go there from where it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registrations_transition BEFORE UPDATE OF status ON registrations
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION refuse_transition();

CREATE TRIGGER registration_steps_append_only
    BEFORE UPDATE OF registration_id, version, status, cause, recorded_at, recorded_by OR DELETE ON registration_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a step of a registration');
CREATE TRIGGER registration_steps_no_truncate BEFORE TRUNCATE ON registration_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a step of a registration');
