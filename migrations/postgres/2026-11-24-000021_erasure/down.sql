DROP INDEX consent_confirmations_by_consent;
DROP INDEX preference_links_by_contact;
DROP INDEX memberships_by_contact;
DROP TRIGGER consent_decisions_no_delete ON consent_decisions;
DROP TRIGGER consent_decisions_append_only ON consent_decisions;
CREATE TRIGGER consent_decisions_append_only BEFORE UPDATE OR DELETE ON consent_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a consent decision');
DROP TABLE vault.destroyed_keys;
DROP TABLE erasure_plans;
