-- Erasure by plan: who proposed what, who carried it out. A plan holds ids, counts and grounds.
CREATE TABLE erasure_plans (
    id          UUID NOT NULL PRIMARY KEY,
    contact_id  UUID NOT NULL REFERENCES contacts (id),
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    obstacles   TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    executed_by TEXT,
    executed_at TIMESTAMPTZ,
    CHECK ((executed_by IS NULL) = (executed_at IS NULL)),
    CHECK (executed_by IS NULL OR executed_by <> proposed_by)
);
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;

-- Whose keys were destroyed, kept beside the keys: an older copy of the data is erased again before it is used. The table
-- may be there already when such a copy stands beside the present vault.
CREATE TABLE IF NOT EXISTS vault.destroyed_keys (
    owner_id     UUID NOT NULL PRIMARY KEY,
    destroyed_at TIMESTAMPTZ NOT NULL
);

-- The one change of a decision: its proof goes when the person is erased.
DROP TRIGGER consent_decisions_append_only ON consent_decisions;
CREATE TRIGGER consent_decisions_append_only BEFORE UPDATE ON consent_decisions
    FOR EACH ROW
    WHEN (OLD.evidence IS NULL OR NEW.evidence IS NOT NULL
          OR to_jsonb(NEW) - 'evidence' IS DISTINCT FROM to_jsonb(OLD) - 'evidence')
    EXECUTE FUNCTION refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_delete BEFORE DELETE ON consent_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a consent decision');

-- What is found by the person alone.
CREATE INDEX memberships_by_contact ON memberships (contact_id);
CREATE INDEX preference_links_by_contact ON preference_links (contact_id);
CREATE INDEX consent_confirmations_by_consent ON consent_confirmations (consent_id);
