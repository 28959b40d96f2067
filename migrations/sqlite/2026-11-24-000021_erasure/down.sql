DROP INDEX consent_confirmations_by_consent;
DROP INDEX preference_links_by_contact;
DROP INDEX memberships_by_contact;
DROP TRIGGER consent_decisions_no_update;
CREATE TRIGGER consent_decisions_no_update BEFORE UPDATE ON consent_decisions
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
DROP TABLE erasure_plans;
